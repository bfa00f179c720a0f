using Vtok.Codec;
using Vtok.Models.Weights;
using Vtok.Streams;

namespace Vtok.Cli;

/// <summary>Steps, guidance and seed go to the end that draws, text to the decoder that reads it; a model without one refuses them.</summary>
internal static class Sampling
{
    /// <summary>Gives what was asked for to the encoder here and now, or to the decoder that will read the file.</summary>
    /// <exception cref="UsageException">The model has no such end.</exception>
    public static ImageEncodeOptions ForEncoder(ImageEncodeOptions options, TokenizerInfo info, DecodeHints asked)
    {
        if (Named(asked) is not { } option)
            return options;
        if (FamilyOf(info) is { DecoderSamples: true })
            return options with { Hints = asked };
        if (option != "--seed")
            throw NoDecoder(info, option);
        return FamilyOf(info) is { EncoderSamples: true } ? options with { Seed = asked.Seed }
            : throw new UsageException($"--seed: {info.Name} draws nothing (of the known families, {Those(f => f.EncoderSamples || f.DecoderSamples)} do)");
    }

    /// <summary>Refuses what was asked of a decoder that draws nothing.</summary>
    /// <exception cref="UsageException">The model's decoder does not sample.</exception>
    public static void CheckDecoder(TokenizerInfo info, DecodeHints asked)
    {
        if (Named(asked) is { } option && FamilyOf(info) is not { DecoderSamples: true })
            throw NoDecoder(info, option);
    }

    /// <summary>Refuses text features for a decoder of a family that reads none.</summary>
    /// <exception cref="UsageException">The model's decoder reads no text.</exception>
    public static void CheckText(TokenizerInfo info)
    {
        if (FamilyOf(info) is not { DecoderReadsText: true })
            throw new UsageException($"--text-features: {info.Name} has no decoder that reads text (of the known families, {Those(f => f.DecoderReadsText)} have)");
    }

    private static string? Named(DecodeHints asked) =>
        asked.Steps is not null ? "--steps" : asked.Guidance is not null ? "--guidance" : asked.Seed is not null ? "--seed" : null;

    private static UsageException NoDecoder(TokenizerInfo info, string option) =>
        new($"{option}: {info.Name} has no decoder that samples (of the known families, {Those(f => f.DecoderSamples)} has)");

    private static IModelFamily? FamilyOf(TokenizerInfo info) => ModelFamilies.All.FirstOrDefault(family => family.Name == info.Family);

    private static string Those(Func<IModelFamily, bool> wanted) => string.Join(" and ", ModelFamilies.All.Where(wanted).Select(family => family.Name));
}
