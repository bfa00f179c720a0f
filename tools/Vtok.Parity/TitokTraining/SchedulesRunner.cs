using System.Text.Json;
using Vtok.Training.Optimization;

namespace Vtok.Parity.TitokTraining;

/// <summary>Learning rates of updates, with one process and with several, and exponential averages.</summary>
internal sealed class SchedulesRunner(string family) : ICaseRunner
{
    // "stage2" in the names of outputs: the published second stage of TiTok.
    private const double StageTwoRate = 1e-4, StageTwoEnd = 1e-5;
    private const long StageTwoWarmup = 5_000, StageTwoSteps = 500_000, StageTwoStart = 20_000;

    public string Family => family;

    public IReadOnlyList<string> Kinds => ["schedules"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        int i = 0;
        foreach (JsonElement entry in golden.Config.GetProperty("lr").EnumerateArray())
            Rates(report, $"lr_{i}", Published(entry), golden.Input($"steps_{i++}"));
        if (golden.HasInput("disc_updates"))
        {
            int processes = golden.Config.GetProperty("processes").GetInt32();
            Tensor updates = golden.Input("disc_updates");
            Rates(report, $"gen_lr_P{processes}_stage2", TickSchedule.Model(StageTwoRate, StageTwoEnd, StageTwoWarmup, StageTwoSteps, processes), updates);
            Rates(report, $"disc_lr_P{processes}_stage2",
                TickSchedule.Discriminator(StageTwoRate, StageTwoEnd, StageTwoWarmup, StageTwoSteps, StageTwoStart, processes), updates);
        }
        i = 0;
        foreach (JsonElement entry in golden.Config.GetProperty("ema").EnumerateArray())
            Average(golden, report, Decay(entry), i++);
        var usual = new AverageDecay { Most = 0.999 };
        if (golden.HasInput("ema_steps"))
            report.Compare("ema_decay_at_step", [.. golden.Input("ema_steps").data<long>().ToArray().Select(step => usual.At(step - 1))]);
    }

    private static void Rates(CaseReport report, string name, ILearningRate schedule, Tensor steps) =>
        report.Compare(name, [.. steps.data<long>().ToArray().Select(schedule.At)]);

    private static void Average(GoldenCase golden, CaseReport report, AverageDecay decay, int index)
    {
        Tensor trained = golden.Input("ema_trainable_values"), frozen = golden.Input("ema_frozen_values"); // [T, C]
        using var module = new Pair(trained.size(1), frozen.size(1));
        using var average = new ExponentialAverage(module, decay);
        Tensor[] averages = [.. average.Entries.OrderByDescending(entry => entry.Name).Select(entry => entry.Average)]; // trained, frozen
        List<double> decays = [];
        List<Tensor> trainedRows = [], frozenRows = [];
        for (int step = 0; step < trained.size(0); step++)
        {
            module.Set(trained[step], frozen[step]);
            average.Update(step);
            decays.Add(step % decay.Every == 0 ? decay.At(step) : decays[^1]);
            trainedRows.Add(averages[0].clone());
            frozenRows.Add(averages[1].clone());
        }
        report.Compare($"ema_decay_{index}", [.. decays]);
        report.Compare($"ema_shadow_{index}", stack([.. trainedRows]));
        report.Compare($"ema_shadow_frozen_{index}", stack([.. frozenRows]));
    }

    private static TickSchedule Published(JsonElement entry) =>
        TickSchedule.Model(entry.GetProperty("learning_rate").GetDouble(), entry.GetProperty("end_lr").GetDouble(), entry.GetProperty("warmup_steps").GetInt64(),
            entry.GetProperty("max_train_steps").GetInt64()) with { Cosine = entry.GetProperty("scheduler").GetString() == "cosine" };

    private static AverageDecay Decay(JsonElement entry) => new()
    {
        Most = Get(entry, "decay", 0.9999),
        Least = Get(entry, "min_decay", 0),
        After = (long)Get(entry, "update_after_step", 0),
        Every = (long)Get(entry, "update_every", 1),
        Power = entry.TryGetProperty("use_ema_warmup", out JsonElement warmup) && warmup.GetBoolean() ? Get(entry, "power", 2.0 / 3) : null,
        Gamma = Get(entry, "inv_gamma", 1),
    };

    private static double Get(JsonElement entry, string member, double fallback) => entry.TryGetProperty(member, out JsonElement value) ? value.GetDouble() : fallback;

    private sealed class Pair : nn.Module
    {
        private readonly TorchSharp.Modules.Parameter _trained, _frozen;

        public Pair(long trained, long frozen) : base(nameof(Pair))
        {
            _trained = new TorchSharp.Modules.Parameter(zeros(trained));
            _frozen = new TorchSharp.Modules.Parameter(zeros(frozen), requires_grad: false);
            register_parameter("trained", _trained);
            register_parameter("frozen", _frozen);
        }

        public void Set(Tensor trained, Tensor frozen)
        {
            using IDisposable quiet = no_grad();
            _trained.copy_(trained);
            _frozen.copy_(frozen);
        }
    }
}
