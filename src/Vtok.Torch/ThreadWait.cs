namespace Vtok.Torch;

/// <summary>What libtorch's threads do between two operations that use them.</summary>
public enum ThreadWait
{
    /// <summary>They sleep at once: best for short work beside other programs.</summary>
    Sleep,

    /// <summary>They look for the next operation for some 60 microseconds before they sleep: best for a program that does nothing but compute.</summary>
    SpinBriefly,
}
