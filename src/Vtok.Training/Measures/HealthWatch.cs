using Vtok.Training.Recipes;

namespace Vtok.Training.Measures;

/// <summary>Looks at the terms of every log line and tells, once each, what usually goes wrong in training a tokenizer and what to do about it.</summary>
/// <remarks>It knows the terms by name: "discriminator", "reconstruction", "perceptual", "usage" (share of the codes) and "perplexity". A task
/// that logs none of them is only watched for numbers that are not finite.</remarks>
/// <param name="recipe">Whether a collapse stops the run.</param>
internal sealed class HealthWatch(HealthRecipe recipe)
{
    private const string Usage = "usage", Perplexity = "perplexity";
    private const int Enough = 3;            // lines in a row that a warning needs
    private const double OneCode = 1.1;      // perplexity below which all but one code in a hundred ids are the same
    private const double SeveralCodes = 4;   // perplexity that a codebook must have had before it can collapse
    private const int CollapseLines = 20;    // lines in a row that a stop needs
    private const int IdleLines = 100;       // lines after which a codebook should be in use

    private readonly OpponentStart _start = new();
    private readonly Slump _usage = new(share: 0.5, Enough), _perplexity = new(share: 0.25, Enough);
    private readonly HashSet<string> _told = [];
    private int _flat;

    /// <summary>Why the run cannot go on, or null while it can.</summary>
    public string? Stop { get; private set; }

    /// <summary>Takes the numbers of a log line in.</summary>
    /// <param name="terms">Means of the loss terms by name.</param>
    /// <param name="gradientNorm">Mean norm of the gradients.</param>
    /// <returns>What is worth telling for the first time, one line each.</returns>
    public IReadOnlyList<string> See(IReadOnlyDictionary<string, double> terms, double gradientNorm)
    {
        var warnings = new List<string>();
        string? strange = terms.Where(term => !double.IsFinite(term.Value)).Select(term => $"\"{term.Key}\"").FirstOrDefault()
            ?? (double.IsFinite(gradientNorm) ? null : "the norm of the gradients");
        if (strange is not null)
        {
            Stop = NotFinite(strange);
            return warnings;
        }

        if (_start.See(terms) is { } jump)
            Tell("start", jump);
        if (terms.TryGetValue(Usage, out double usage) && _usage.See(usage))
            Tell(Usage, $"codebook usage fell from {_usage.Best:P0} to {usage:P0} of the codes: revive dead codes, lower optimizer.lr, or use l2-normalised codes of fewer dimensions");
        if (terms.TryGetValue(Perplexity, out double perplexity))
            Look(perplexity, Tell);
        return warnings;

        void Tell(string about, string warning)
        {
            if (_told.Add(about))
                warnings.Add(warning);
        }
    }

    /// <summary>The reason of a stop at a number that is not finite.</summary>
    internal static string NotFinite(string what) => $"{what} is no finite number; go on from the last checkpoint with a lower optimizer.lr, or look at the data";

    private void Look(double perplexity, Action<string, string> tell)
    {
        if (_perplexity.See(perplexity))
            tell(Perplexity, $"codebook perplexity collapses, from {_perplexity.Best:F0} to {perplexity:F1}: a few codes do all the work; lower optimizer.lr, "
                + "raise the weight of the commitment or entropy loss, or revive dead codes");
        _flat = perplexity < OneCode ? _flat + 1 : 0;
        bool used = _perplexity.Best >= SeveralCodes;
        if (!used && _flat >= IdleLines)
            tell("idle", $"the codebook is not in use: perplexity {perplexity:F1} for {_flat} log lines; start it from clusters of the encoder's outputs, or look at the scale of its start");
        if (used && _flat >= CollapseLines && recipe.StopOnCollapse)
            Stop = $"the codebook has collapsed: perplexity {perplexity:F1} for {_flat} log lines, {_perplexity.Best:F0} at its best; go on from an earlier checkpoint "
                + "with a lower optimizer.lr or revived codes (health.stopOnCollapse=false trains on)";
    }

    /// <summary>A number that ought not to fall far below its best.</summary>
    private sealed class Slump(double share, int lines)
    {
        private int _low;

        public double Best { get; private set; }

        public bool See(double value)
        {
            Best = Math.Max(Best, value);
            _low = value < share * Best ? _low + 1 : 0;
            return _low >= lines;
        }
    }

    /// <summary>Compares what the generator reaches just after the discriminator's start with what it reached before.</summary>
    private sealed class OpponentStart
    {
        private const int Before = 10, After = 50; // lines
        private const double Rise = 0.5;           // of the level before
        private const double Spreads = 3;          // of the lines before: noise is no jump

        private static readonly string[] Watched = ["reconstruction", "perceptual"];

        private readonly Dictionary<string, Queue<double>> _before = Watched.ToDictionary(name => name, _ => new Queue<double>());
        private readonly Dictionary<string, int> _high = Watched.ToDictionary(name => name, _ => 0);
        private int _after;

        public string? See(IReadOnlyDictionary<string, double> terms)
        {
            bool started = terms.ContainsKey("discriminator");
            if (started && _after++ >= After)
                return null;
            foreach (string name in Watched)
            {
                if (!terms.TryGetValue(name, out double value))
                    continue;
                Queue<double> before = _before[name];
                if (!started)
                {
                    before.Enqueue(value);
                    if (before.Count > Before)
                        before.Dequeue();
                }
                else if (before.Count >= Enough && Jumped(name, value, [.. before.Order()]) is { } level)
                    return $"\"{name}\" jumped from {level:G3} to {value:G3} at the discriminator's start: lower settings.discriminator.weight or its lr, "
                        + "start it later, or use the adaptive weight";
            }
            return null;
        }

        private double? Jumped(string name, double value, double[] before)
        {
            double level = before[before.Length / 2], spread = before[^1] - before[0];
            _high[name] = value > level + Math.Max(Rise * Math.Abs(level), Spreads * spread) ? _high[name] + 1 : 0;
            return _high[name] >= Enough ? level : null;
        }
    }
}
