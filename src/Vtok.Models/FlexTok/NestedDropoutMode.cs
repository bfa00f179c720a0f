namespace Vtok.Models.FlexTok;

/// <summary>How training draws the number of tokens that are kept (size_sampling_mode).</summary>
public enum NestedDropoutMode
{
    /// <summary>Any of 1..N alike.</summary>
    Uniform,

    /// <summary>Any of 1, 2, 4, ..., N alike; N is a power of two.</summary>
    PowersOfTwo,

    /// <summary>Any of 1..N alike, then up to the next power of two.</summary>
    UniformPowersOfTwo,
}
