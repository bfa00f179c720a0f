using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using CsCheck;
using TorchSharp;
using Vtok.Training.Collectives;
using Vtok.Training.Collectives.Tcp;
using static TorchSharp.torch;

namespace Vtok.Training.Tests.Collectives;

[TestClass]
public sealed class TcpCollectiveTests
{
    [TestMethod]
    public void A_sum_is_that_of_all_ranks_in_their_order_and_the_same_bits_everywhere() => Gen.Select(Gen.Int[2, 4], Gen.Int[1, 3000], Gen.Int[0, 1000]).Sample((world, count, seed) =>
    {
        var sums = new float[world][];
        float[][] values = [.. Enumerable.Range(0, world).Select(rank => Draw(seed + rank, count))];

        Together.Run(world, collective =>
        {
            using Tensor mine = tensor(values[collective.Rank]);
            collective.Sum(mine, "test");
            sums[collective.Rank] = mine.data<float>().ToArray();
        });

        float[] expected = values.Aggregate((sum, more) => [.. sum.Zip(more, (a, b) => a + b)]);
        foreach (float[] sum in sums)
            CollectionAssert.AreEqual(expected, sum);
    }, iter: 10, threads: 1);

    [TestMethod]
    public void Whole_numbers_and_doubles_are_summed_as_well() => Together.Run(3, collective =>
    {
        using Tensor whole = tensor((long[])[1L << 60, collective.Rank]), wide = tensor((double[])[1e300, 0.1 * collective.Rank]);

        collective.Sum(whole, "whole");
        collective.Sum(wide, "wide");

        CollectionAssert.AreEqual((long[])[3L << 60, 3], whole.data<long>().ToArray());
        CollectionAssert.AreEqual((double[])[1e300 + 1e300 + 1e300, 0.0 + 0.1 + 0.2], wide.data<double>().ToArray());
    });

    [TestMethod]
    public void A_broadcast_gives_all_the_values_of_rank_0() => Together.Run(3, collective =>
    {
        using Tensor values = full([5, 7], collective.Rank + 1, ScalarType.BFloat16);

        collective.Broadcast(values, "test");

        Assert.AreEqual(35f, values.to(ScalarType.Float32).sum().item<float>());
    });

    [TestMethod]
    public void Rows_are_gathered_in_the_order_of_the_ranks() => Together.Run(3, collective =>
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = tensor((long[])[collective.Rank, 10 * collective.Rank]).view(2, 1);

        Tensor all = collective.Gather(rows, "test");

        CollectionAssert.AreEqual((long[])[6, 1], all.shape);
        CollectionAssert.AreEqual((long[])[0, 0, 1, 10, 2, 20], all.data<long>().ToArray());
    });

    [TestMethod]
    public void A_tensor_that_is_not_contiguous_is_summed_in_place() => Together.Run(2, collective =>
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor whole = zeros(4, 4);
        Tensor column = whole.narrow(1, 1, 1);
        column.fill_(collective.Rank + 1);

        collective.Sum(column, "test");

        CollectionAssert.AreEqual((float[])[0, 3, 0, 0], whole[2].data<float>().ToArray());
    });

    [TestMethod]
    public void A_rank_that_leaves_too_early_is_named()
    {
        Exception?[] errors = Together.Try(3, collective =>
        {
            if (collective.Rank != 1)
                collective.Barrier("step 7");
        });

        Assert.IsNull(errors[1]);
        Assert.AreEqual(CollectiveError.Lost, Error(errors[0]));
        StringAssert.Contains(errors[0]!.Message, "rank 1 has left before the end (step 7)");
        Assert.IsNotNull(errors[2]);
    }

    [TestMethod]
    public void An_abort_reaches_all_ranks_with_its_reason()
    {
        Exception?[] errors = Together.Try(4, collective =>
        {
            if (collective.Rank == 2)
                collective.Abort("rank 2: no picture decodes");
            collective.Barrier("test");
        });

        foreach (int rank in (int[])[0, 1, 3])
        {
            Assert.AreEqual(CollectiveError.Aborted, Error(errors[rank]));
            Assert.AreEqual("rank 2: no picture decodes", errors[rank]!.Message);
        }
    }

    [TestMethod]
    public void A_rank_that_waits_too_long_says_whom_it_waits_for_and_ends()
    {
        var said = new ConcurrentBag<string>();
        using var over = new ManualResetEventSlim();
        var options = new CollectiveOptions { Notice = TimeSpan.FromSeconds(0.3), Patience = TimeSpan.FromSeconds(1.5), Say = said.Add };

        Exception?[] errors = Together.Try(3, collective =>
        {
            if (collective.Rank == 2)
            {
                over.Wait();
                return;
            }
            try
            {
                collective.Barrier("gradients");
            }
            catch (CollectiveException e) when (collective.Rank == 0)
            {
                collective.Abort(e.Message);
                throw;
            }
            finally
            {
                if (collective.Rank == 0)
                    over.Set();
            }
        }, options);

        Assert.AreEqual(CollectiveError.TooLate, Error(errors[0]));
        StringAssert.Matches(errors[0]!.Message, new Regex("^rank 0 has waited [0-9]+ s for rank 2 \\(gradients\\)"));
        Assert.AreEqual(errors[0]!.Message, errors[1]!.Message);
        Assert.IsTrue(said.Any(line => line.StartsWith("rank 1 has waited", StringComparison.Ordinal) && line.Contains("for rank 2", StringComparison.Ordinal)), string.Join("; ", said));
    }

    [TestMethod]
    public void Ranks_that_do_different_things_are_told_so()
    {
        Exception?[] errors = Together.Try(2, collective =>
        {
            using Tensor values = zeros(collective.Rank + 3);
            collective.Sum(values, "weights");
        });

        Assert.AreEqual(CollectiveError.OutOfStep, Error(errors[0]));
        StringAssert.Contains(errors[0]!.Message, "its operation 1 is a Sum of 16 bytes, expected operation 1, a Sum of 12 bytes");
    }

    [TestMethod]
    public void A_second_process_of_the_same_rank_ends_the_run_before_it_begins()
    {
        int port = Together.FreePort();
        var errors = new Exception?[3];
        int[] ranks = [0, 1, 1]; // rank 2 never comes
        Thread[] threads = [.. ranks.Select((rank, i) => new Thread(() => errors[i] = Meet(rank, port, 3, 3)))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();

        Assert.AreEqual(CollectiveError.OutOfStep, Error(errors[0]));
        StringAssert.Contains(errors[0]!.Message, "there is a rank 1 already");
        Assert.AreEqual(1, errors.Skip(1).Count(error => Error(error) == CollectiveError.OutOfStep && error!.Message == errors[0]!.Message));
    }

    [TestMethod]
    public void A_process_of_a_run_of_another_size_ends_both_at_once_with_both_numbers()
    {
        int port = Together.FreePort();
        Exception? error = null;
        var zero = new Thread(() => error = Meet(0, port));
        zero.Start();

        Exception? other = Meet(1, port, 3);
        zero.Join();

        Assert.AreEqual("rank 1 was started as one of 3 processes, rank 0 as one of 2", error?.Message);
        Assert.AreEqual(error?.Message, other?.Message);
    }

    [TestMethod]
    [DataRow(0), DataRow(1)]
    public void A_process_that_waits_for_the_others_to_come_leaves_when_asked(int rank)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(0.5));

        Assert.ThrowsExactly<OperationCanceledException>(() => new TcpCollective(Together.Place(rank, 2, Together.FreePort()),
            new CollectiveOptions { Patience = TimeSpan.FromSeconds(20), Stop = stop.Token }));
    }

    [TestMethod]
    public void A_stranger_at_the_port_is_sent_away_and_the_run_begins()
    {
        int port = Together.FreePort();
        Exception? error = null;
        var zero = new Thread(() => error = Meet(0, port));
        zero.Start();
        using (TcpClient stranger = Connect(port))
            stranger.GetStream().Write("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8);

        Exception? other = Meet(1, port);
        zero.Join();

        Assert.IsNull(error);
        Assert.IsNull(other);
    }

    [TestMethod]
    public void A_port_that_is_taken_is_named_with_what_to_do()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        int port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;

        var error = Assert.ThrowsExactly<CollectiveException>(() => new TcpCollective(Together.Place(0, 2, port), new CollectiveOptions()));

        StringAssert.Contains(error.Message, $"port {port}");
        StringAssert.Contains(error.Message, "MASTER_PORT");
    }

    [TestMethod]
    public void Nobody_at_the_port_ends_with_the_address()
    {
        int port = Together.FreePort();
        var options = new CollectiveOptions { Patience = TimeSpan.FromSeconds(0.5) };

        var error = Assert.ThrowsExactly<CollectiveException>(() => new TcpCollective(Together.Place(1, 2, port), options));

        Assert.AreEqual(CollectiveError.Unreachable, error.Error);
        StringAssert.Contains(error.Message, $"for rank 0 at 127.0.0.1:{port}");
    }

    private static CollectiveException? Meet(int rank, int port, int world = 2, double patience = 20)
    {
        try
        {
            using var collective = new TcpCollective(Together.Place(rank, world, port), new CollectiveOptions { Patience = TimeSpan.FromSeconds(patience) });
            collective.Barrier("test");
            return null;
        }
        catch (CollectiveException e)
        {
            return e;
        }
    }

    private static TcpClient Connect(int port)
    {
        while (true)
        {
            try
            {
                return new TcpClient("127.0.0.1", port);
            }
            catch (SocketException)
            {
                Thread.Yield();
            }
        }
    }

    private static CollectiveError? Error(Exception? e) => (e as CollectiveException)?.Error;

    private static float[] Draw(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
    }
}
