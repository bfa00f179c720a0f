namespace Vtok.Data;

/// <summary>Keeps the row groups that were used last; each is read once even when several threads ask for it.</summary>
/// <param name="capacity">Row groups kept.</param>
/// <param name="read">Reads one.</param>
internal sealed class RowGroupCache(int capacity, Func<int, Sample[]> read)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<(int Group, Lazy<Sample[]> Samples)> _newestFirst = [];

    /// <summary>The samples of a row group.</summary>
    public Sample[] this[int group]
    {
        get
        {
            Lazy<Sample[]> samples;
            lock (_gate)
            {
                LinkedListNode<(int Group, Lazy<Sample[]> Samples)>? node = _newestFirst.First;
                while (node is not null && node.Value.Group != group)
                    node = node.Next;
                if (node is null)
                    node = new((group, new Lazy<Sample[]>(() => read(group))));
                else
                    _newestFirst.Remove(node);
                _newestFirst.AddFirst(node);
                if (_newestFirst.Count > capacity)
                    _newestFirst.RemoveLast();
                samples = node.Value.Samples;
            }
            return samples.Value;
        }
    }
}
