namespace Vtok.Data;

/// <summary>What to do with a shard that is cut short or damaged.</summary>
public enum TruncatedShards
{
    /// <summary>Refuse the data set, naming the shard and the offset.</summary>
    Refuse,

    /// <summary>Use the samples that are surely whole and list the shard in <see cref="WebDatasetSource.DamagedShards"/>.</summary>
    KeepWholeSamples,
}
