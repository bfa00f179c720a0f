using Vtok.Training.Losses;
using Vtok.Training.Tasks;

namespace Vtok.Parity.TitokTraining;

/// <summary>Compares loss terms with the numbers that the published code logs.</summary>
internal static class LossReport
{
    private static readonly Dictionary<string, string> Weighted = new()
    {
        ["reconstruction"] = "reconstruction_loss",
        ["perceptual"] = "perceptual_loss",
        ["quantizer"] = "quantizer_loss",
        ["kl"] = "kl_loss",
        ["gan"] = "weighted_gan_loss",
        ["lecam"] = "lecam_loss",
    };

    private static readonly Dictionary<string, string> Plain = new()
    {
        ["commitment"] = "commitment_loss",
        ["codebook"] = "codebook_loss",
        ["gan"] = "gan_loss",
        ["logits-real"] = "logits_real",
        ["logits-fake"] = "logits_fake",
    };

    /// <summary>The network's terms and their sum.</summary>
    public static void Generator(GoldenCase golden, CaseReport report, string prefix, IReadOnlyList<LossTerm> terms, Tensor total, Adversary adversarial, long step)
    {
        Compare(golden, report, prefix, terms);
        report.Compare(prefix + "total_loss", total);
        report.Compare(prefix + "discriminator_factor", adversarial.FactorAt(step));
        report.Compare(prefix + "d_weight", adversarial.Settings.Weight);
    }

    /// <summary>The discriminator's terms and their sum.</summary>
    public static void Discriminator(GoldenCase golden, CaseReport report, string prefix, IReadOnlyList<LossTerm> terms, Tensor total)
    {
        Compare(golden, report, prefix, terms);
        report.Compare(prefix + "discriminator_loss", total);
    }

    private static void Compare(GoldenCase golden, CaseReport report, string prefix, IReadOnlyList<LossTerm> terms)
    {
        foreach (LossTerm term in terms)
        {
            if (Weighted.TryGetValue(term.Name, out string? weighted) && golden.HasExpected(prefix + weighted))
                report.Compare(prefix + weighted, term.Value * term.Weight);
            if (Plain.TryGetValue(term.Name, out string? plain) && golden.HasExpected(prefix + plain))
                report.Compare(prefix + plain, term.Value);
        }
    }
}
