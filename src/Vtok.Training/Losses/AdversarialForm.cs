namespace Vtok.Training.Losses;

/// <summary>What a player of an <see cref="Adversary"/> minimises, r and f being the logits of real pictures and of reconstructions.</summary>
public enum AdversarialForm
{
    /// <summary>Discriminator: 0.5 (mean relu(1 - r) + mean relu(1 + f)). Generator: -mean f.</summary>
    Hinge,

    /// <summary>Discriminator: 0.5 (mean softplus(-r) + mean softplus(f)). Generator: -mean f, as the published tokenizers pair it.</summary>
    Vanilla,

    /// <summary>Discriminator: as <see cref="Vanilla"/>. Generator: mean softplus(-f) (arXiv 1406.2661, section 3).</summary>
    NonSaturating,

    /// <summary>What LlamaGen publishes as "non-saturating": see <see cref="Models.Discriminators.AdversarialLoss.DiscriminatorNonSaturating"/>.</summary>
    Swapped,
}
