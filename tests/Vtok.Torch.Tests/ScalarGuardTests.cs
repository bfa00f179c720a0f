using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Vtok.Torch.Tests;

[TestClass]
[DoNotParallelize]
public sealed class ScalarGuardTests
{
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Sums_are_right_while_another_thread_collects_garbage()
    {
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        using Tensor one = ones(64);
        long wrong = 0, started = Stopwatch.GetTimestamp();
        try
        {
            while (Stopwatch.GetElapsedTime(started).TotalSeconds < 5)
            {
                using DisposeScope scope = NewDisposeScope();
                wrong += (one + one)[0].item<float>() == 2 ? 0 : 1;
            }
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }

        Assert.AreEqual(0, wrong);
    }
}
