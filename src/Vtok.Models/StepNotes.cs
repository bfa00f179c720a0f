namespace Vtok.Models;

/// <summary>What the forward passes of a step saw, kept until its end.</summary>
public sealed class StepNotes
{
    private readonly List<Tensor[]> _passes = [];

    /// <summary>Whether passes are to be noted instead of learned from at once. Default: false.</summary>
    public bool Wait { get; set; }

    /// <summary>Notes what a pass saw: tensors of rows, in the same order at every pass. They must not be changed afterwards.</summary>
    public void Add(params IReadOnlyList<Tensor> seen)
    {
        using IDisposable quiet = no_grad();
        _passes.Add([.. seen.Select(rows => rows.detach().DetachFromDisposeScope())]);
    }

    /// <summary>All that was noted by all processes, in the caller's scope; nothing is left.</summary>
    /// <param name="gather">The rows of all processes from those of this one.</param>
    /// <returns>As many tensors as each pass noted; none when there was no pass.</returns>
    public Tensor[] Take(Func<Tensor, Tensor> gather)
    {
        if (_passes.Count == 0)
            return [];
        using IDisposable quiet = no_grad();
        Tensor[] all = [.. Enumerable.Range(0, _passes[0].Length).Select(i => gather(cat([.. _passes.Select(pass => pass[i])])))];
        foreach (Tensor rows in _passes.SelectMany(pass => pass))
            rows.Dispose();
        _passes.Clear();
        return all;
    }
}
