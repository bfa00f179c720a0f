namespace Vtok.Streams;

/// <summary>What a version 1 file may claim at most; a reader bounds every number by these before it allocates.</summary>
public static class VtokLimits
{
    /// <summary>Bytes of a whole file.</summary>
    public const int FileBytes = 64 << 20;

    /// <summary>Tokens of a file, over all lanes.</summary>
    public const int Tokens = 1 << 26;

    /// <summary>Lanes of a file.</summary>
    public const int Lanes = 1 << 20;

    /// <summary>Width or height of a picture.</summary>
    public const int Side = 65_535;

    /// <summary>Pixels of a picture.</summary>
    public const int Pixels = 1 << 30;

    /// <summary>Bytes of the extension block.</summary>
    public const int ExtensionBytes = 1 << 20;

    /// <summary>Payloads longer than this many bytes carry CRC-32C, others CRC-16.</summary>
    public const int ShortCheckPayloadBytes = 1_024;

    /// <summary>Bytes of a tokenizer.json.</summary>
    public const int DescriptionBytes = 1 << 20;

    /// <summary>Entries of a list in a tokenizer's description.</summary>
    public const int DescriptionEntries = 1 << 16;
}
