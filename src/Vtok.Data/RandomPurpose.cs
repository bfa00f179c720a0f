namespace Vtok.Data;

/// <summary>What a random stream is for; the numbers are part of what a seed means and never change.</summary>
internal enum RandomPurpose : ulong
{
    /// <summary>Order of an epoch.</summary>
    Order = 1,

    /// <summary>Crop and mirror of a sample.</summary>
    Augmentation = 2,

    /// <summary>Which sample takes the place of a corrupt one.</summary>
    Replacement = 3,
}
