using System.Diagnostics;
using Vtok.Torch;

namespace Vtok.Bench;

/// <summary>Training steps a second, and those of plain PyTorch where a Python is given: both do the same work and take turns.</summary>
internal sealed class TrainingBenchmark : IBenchmark
{
    private const int FirstSteps = 3, FewestRounds = 5;
    private const double Tolerance = 1e-4; // of the losses, relative

    private static readonly (string Name, Func<TrainingSubject> Create)[] Subjects =
    [
        ("refinement 48,96,160, batch 8", () => TrainingSubject.Refinement([48, 96, 160], 8)),
        ("refinement 64,128,192, batch 16", () => TrainingSubject.Refinement([64, 128, 192], 16)),
        ("titok 256 x 4, batch 8", () => TrainingSubject.Titok(256, 4, 8)),
        ("llamagen 32, batch 8", () => TrainingSubject.LlamaGen(32, 8)),
    ];

    public IEnumerable<BenchRow> Run(BenchOptions options)
    {
        NativeTorch.Load(ThreadWait.SpinBriefly); // as vtok-train does
        return Measure(options);
    }

    private static IEnumerable<BenchRow> Measure(BenchOptions options)
    {
        set_num_threads(options.Threads);
        foreach ((string name, Func<TrainingSubject> create) in Subjects.Where(subject => options.Wants("train", subject.Name)))
        {
            using TrainingSubject subject = create();
            using PythonTrainer? python = options.Python is { } program ? new PythonTrainer(program, subject, options.Threads) : null;
            double[] losses = [.. Enumerable.Range(0, FirstSteps).Select(_ => subject.LossOfStep())];
            if (python is not null)
                RequireSame(name, losses, python.FirstLosses);
            (double Wall, double Processor)[] ours = [], theirs = [];
            int steps = StepsOfATurn(subject);
            long begin = Stopwatch.GetTimestamp();
            while (ours.Length < FewestRounds || Stopwatch.GetElapsedTime(begin).TotalSeconds < options.Seconds)
            {
                if (python is not null)
                    theirs = [.. theirs, python.Run(steps)];
                ours = [.. ours, Turn(subject, steps)];
            }
            string group = "train " + name;
            if (python is not null)
            {
                yield return new BenchRow(group, $"PyTorch {python.Version}", steps / Median(theirs.Select(turn => turn.Wall)), "steps/s");
                yield return new BenchRow(group, $"PyTorch {python.Version}, processor", steps / Median(theirs.Select(turn => turn.Processor)), "steps/cpu s");
            }
            yield return new BenchRow(group, "vtok", steps / Median(ours.Select(turn => turn.Wall)), "steps/s");
            yield return new BenchRow(group, "vtok, processor", steps / Median(ours.Select(turn => turn.Processor)), "steps/cpu s");
            if (python is not null)
                yield return new BenchRow(group, "median of the turns' ratios", Median(ours.Zip(theirs, (a, b) => b.Wall / a.Wall)), "x");
        }
    }

    /// <summary>Enough for half a second, so that starting a turn costs nothing.</summary>
    private static int StepsOfATurn(TrainingSubject subject) => (int)Math.Clamp(0.5 / Turn(subject, 1).Wall, 1, 100);

    private static (double Wall, double Processor) Turn(TrainingSubject subject, int steps)
    {
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < steps; i++)
            subject.Step();
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds);
    }

    private static void RequireSame(string name, double[] ours, IReadOnlyList<double> theirs)
    {
        for (int i = 0; i < ours.Length; i++)
        {
            if (!(Math.Abs(ours[i] - theirs[i]) <= Tolerance * Math.Abs(theirs[i])))
                throw new InvalidOperationException($"{name}: loss of step {i} is {ours[i]:R}, in Python {theirs[i]:R}: not the same work");
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
