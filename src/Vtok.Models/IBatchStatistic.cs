namespace Vtok.Models;

/// <summary>A module with a training loss that is no mean over the samples of a batch.</summary>
public interface IBatchStatistic
{
    /// <summary>How a mean over the samples that this module sees becomes that over the whole batch; asked in training mode only. Default: it sees all.</summary>
    BatchMean Whole { get; set; }
}
