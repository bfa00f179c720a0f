namespace Vtok.Models;

/// <summary>A module that learns from what it sees beside the gradient: codebooks by averages and clustering, averages of logits.</summary>
/// <remarks>By itself it learns within the forward pass. Where a step has several forward passes, or several processes share it, the pass only notes
/// what it saw, and the module learns once a step, from all of it.</remarks>
public interface IStepLearner
{
    /// <summary>What was seen and not yet learned.</summary>
    StepNotes Notes { get; }

    /// <summary>Learns from what was noted since the last call, before the optimizer moves the weights.</summary>
    /// <param name="gather">The rows of all processes from those of this one: [n, ...] to [m, ...].</param>
    void Learn(Func<Tensor, Tensor> gather);
}
