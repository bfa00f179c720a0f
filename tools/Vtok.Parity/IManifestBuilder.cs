namespace Vtok.Parity;

/// <summary>Builds the full-size model of a manifest, so that its names and shapes can be compared.</summary>
public interface IManifestBuilder
{
    /// <summary>Whether this builder knows the model; decided from family, name and config.</summary>
    bool Handles(Manifest manifest);

    /// <summary>Builds the model. Called with META as the default device: 600 million parameters cost nothing, and no value can be read.</summary>
    nn.Module Build(Manifest manifest);

    /// <summary>Whether our model leaves out a published buffer on purpose, because nothing reads it.</summary>
    bool Omits(Manifest manifest, string buffer) => false;
}
