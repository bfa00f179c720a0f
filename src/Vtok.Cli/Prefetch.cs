using System.Collections.Concurrent;

namespace Vtok.Cli;

/// <summary>Runs a stage of work ahead of its consumer on another thread.</summary>
internal static class Prefetch
{
    /// <summary>The items of a source, in order, up to <paramref name="count"/> of them made before they are asked for.</summary>
    /// <param name="source">The stage; a failure in it comes out where its item would have.</param>
    /// <param name="count">Items ahead, 1 or more.</param>
    /// <param name="cancellation">Stops both sides.</param>
    public static IEnumerable<T> Ahead<T>(this IEnumerable<T> source, int count, CancellationToken cancellation)
    {
        using var queue = new BlockingCollection<T>(count);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task producer = Task.Run(() =>
        {
            try
            {
                foreach (T item in source)
                    queue.Add(item, stop.Token);
            }
            finally
            {
                queue.CompleteAdding();
            }
        }, CancellationToken.None);
        try
        {
            foreach (T item in queue.GetConsumingEnumerable(cancellation))
                yield return item;
            producer.GetAwaiter().GetResult();
        }
        finally
        {
            stop.Cancel();
            producer.ContinueWith(_ => { }, TaskScheduler.Default).Wait(CancellationToken.None);
        }
    }
}
