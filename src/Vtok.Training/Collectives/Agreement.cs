using Vtok.Models;

namespace Vtok.Training.Collectives;

/// <summary>Small things that processes settle between them.</summary>
internal static class Agreement
{
    /// <summary>The sums of whole numbers over the processes.</summary>
    public static long[] Sum(this ICollective collective, long[] values, string what)
    {
        if (collective.World == 1)
            return values;
        using Tensor all = tensor(values);
        collective.Sum(all, what);
        return all.data<long>().ToArray();
    }

    /// <summary>The means of numbers over the processes.</summary>
    public static double[] Mean(this ICollective collective, double[] values, string what)
    {
        if (collective.World == 1)
            return values;
        using Tensor all = tensor(values);
        collective.Sum(all, what);
        return [.. all.data<double>().ToArray().Select(value => value / collective.World)];
    }

    /// <summary>How a mean over this process's samples becomes that over the samples of all.</summary>
    public static BatchMean Whole(this ICollective collective)
    {
        return collective.World == 1 ? BatchMean.Alone : new BatchMean(OfAll, collective.World);

        Tensor OfAll(Tensor own)
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable quiet = no_grad();
            Tensor all = own.detach().contiguous().clone();
            collective.Sum(all, "a mean over the batch");
            return all.div_(collective.World).MoveToOuterDisposeScope();
        }
    }

    /// <summary>The numbers of process 0.</summary>
    public static double[] OfLead(this ICollective collective, double[] values, string what)
    {
        if (collective.World == 1)
            return values;
        using Tensor all = tensor(values);
        collective.Broadcast(all, what);
        return all.data<double>().ToArray();
    }

    /// <summary>The rows of all processes in the order of the samples that they belong to, which each process has every World-th of.</summary>
    /// <param name="collective">The processes.</param>
    /// <param name="rows">[n, ...], as many rows a sample as there are.</param>
    /// <param name="samples">Samples of this process.</param>
    /// <param name="what">For messages.</param>
    /// <returns>[World n, ...] in the caller's scope, as one process would have them.</returns>
    public static Tensor Interleave(this ICollective collective, Tensor rows, long samples, string what)
    {
        using DisposeScope scope = NewDisposeScope();
        return InTurn(collective.Gather(rows, what), collective.World, samples).MoveToOuterDisposeScope();
    }

    /// <summary>The rows of parts that have every parts-th sample, from one part after the other to the order of the samples, in the caller's scope.</summary>
    /// <param name="rows">[parts n, ...].</param>
    /// <param name="parts">Micro-batches, or processes.</param>
    /// <param name="samples">Samples of each part.</param>
    public static Tensor InTurn(Tensor rows, long parts, long samples) => rows.reshape(parts, samples, -1).transpose(0, 1).reshape(rows.shape);

    /// <summary>This process's part of what reads pictures for all.</summary>
    public static Vtok.Data.ImageLoaderOptions Share(this ICollective collective, Vtok.Data.ImageLoaderOptions whole) => whole with
    {
        BatchSize = Math.Max(1, whole.BatchSize / collective.World), // what cannot be shared equally is refused by the loop
        Rank = collective.Rank,
        World = collective.World,
    };

    /// <summary>Makes something at process 0 before the others make it, so that they find what it leaves in files.</summary>
    public static T LeadFirst<T>(this ICollective collective, Func<T> make, string what)
    {
        if (collective.World == 1)
            return make();
        if (collective.Rank > 0)
            collective.Barrier(what);
        T made = make();
        if (collective.Rank == 0)
            collective.Barrier(what);
        return made;
    }

    /// <summary>Compares digests.</summary>
    /// <param name="collective">The processes.</param>
    /// <param name="digest">This process's, of <see cref="WeightDigest"/>.</param>
    /// <param name="what">What it is of: "weights after step 20".</param>
    /// <exception cref="CollectiveException">They are not all the same; names the ranks of which there are fewer.</exception>
    public static void Compare(this ICollective collective, long[] digest, string what)
    {
        if (collective.World == 1)
            return;
        using DisposeScope scope = NewDisposeScope();
        long[] all = collective.Gather(tensor(digest).view(1, -1), what).data<long>().ToArray();
        IGrouping<string, int>[] groups =
        [
            .. Enumerable.Range(0, collective.World)
                .GroupBy(rank => string.Join(" ", all[(rank * digest.Length)..((rank + 1) * digest.Length)]))
                .OrderByDescending(group => group.Count()).ThenBy(group => group.Min()),
        ];
        if (groups.Length > 1)
            throw new CollectiveException(CollectiveError.OutOfStep,
                $"{Ranks.Name(groups.Skip(1).SelectMany(group => group))}: another {what} than {Ranks.Name(groups[0])}; "
                + "all processes must have the same program, recipe, data, starting files and kind of processor");
    }
}
