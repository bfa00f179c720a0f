using Vtok.Streams;

namespace Vtok.Models.Weights;

/// <summary>A family of tokenizers: recognises its configs, describes its tokens, builds its networks.</summary>
/// <remarks>Everything but <see cref="Create"/> works without libtorch.</remarks>
public interface IModelFamily
{
    /// <summary>Name in lower case, as <see cref="TokenizerInfo.Family"/>.</summary>
    string Name { get; }

    /// <summary>Published models whose weights a message can name.</summary>
    IReadOnlyList<KnownModel> Known => [];

    /// <summary>Whether the encoders can draw what they keep, from <see cref="EncodeOptions.Seed"/>.</summary>
    bool EncoderSamples => false;

    /// <summary>Whether the decoders draw what the tokens leave open, from <see cref="DecodeOptions.Seed"/>, in steps and with guidance.</summary>
    bool DecoderSamples => false;

    /// <summary>Whether there are decoders that read <see cref="DecodeOptions.Text"/>.</summary>
    bool DecoderReadsText => false;

    /// <summary>Sets of files that a model of this family is published in, when it is not one file; in the order of loading.</summary>
    IReadOnlyList<IReadOnlyList<WeightPart>> PublishedParts => [];

    /// <summary>Whether a config belongs to this family; never throws for configs of others.</summary>
    bool Recognizes(ModelConfig config);

    /// <summary>The config of a model of this family that is published without one, recognised by its tensors; null otherwise.</summary>
    ModelConfig? Infer(IReadOnlyDictionary<string, TensorEntry> entries) => null;

    /// <summary>The config that a weight file carries in its header, or null when this family's do not.</summary>
    /// <exception cref="CheckpointException">It is this family's and does not parse.</exception>
    ModelConfig? FromMetadata(IReadOnlyDictionary<string, string> metadata) => null;

    /// <summary>The tokens of a model, from its config alone. Name, prior and length of the weights are filled in by <see cref="ModelFolder"/>.</summary>
    /// <param name="config">A config that <see cref="Recognizes"/> took.</param>
    /// <param name="weightsDigest">64 lower-case hex digits.</param>
    /// <exception cref="CheckpointException">A setting is missing or out of range.</exception>
    TokenizerInfo Describe(ModelConfig config, string weightsDigest);

    /// <summary>Builds the model and loads its weights.</summary>
    /// <param name="config">The config.</param>
    /// <param name="weights">The weights under their published names; not disposed here, and the model may outlive it.</param>
    /// <param name="info">What the model's <see cref="ITokenizerModel.Info"/> must be.</param>
    /// <param name="device">Where it runs.</param>
    /// <exception cref="CheckpointException">The weights do not fit the config.</exception>
    ITokenizerModel Create(ModelConfig config, IWeightSource weights, TokenizerInfo info, Device device);
}
