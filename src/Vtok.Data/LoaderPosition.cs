namespace Vtok.Data;

/// <summary>Where reading stands: the next place in the order that all ranks share. Saved with a checkpoint, it resumes exactly.</summary>
/// <param name="Epoch">Epoch, from 0.</param>
/// <param name="Place">Place in the epoch, 0 to the data set's count - 1.</param>
public readonly record struct LoaderPosition(long Epoch, int Place);
