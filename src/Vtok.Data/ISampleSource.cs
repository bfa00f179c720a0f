namespace Vtok.Data;

/// <summary>A data set of picture files with random access by index. All members may be used by several threads at once.</summary>
public interface ISampleSource : IDisposable
{
    /// <summary>What a message calls this data set.</summary>
    string Name { get; }

    /// <summary>Number of samples, at least 1.</summary>
    int Count { get; }

    /// <summary>Names of the classes by id; empty when the data set has none.</summary>
    IReadOnlyList<string> ClassNames { get; }

    /// <summary>Samples that are read together, or null where every order costs the same.</summary>
    SampleBlocks? Blocks => null;

    /// <summary>Where sample <paramref name="index"/> lies, for messages, such as "photos-000.tar: 000017.webp".</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    string Locate(int index);

    /// <summary>Key of sample <paramref name="index"/> where that is known without reading it, else null.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    string? KeyOf(int index) => null;

    /// <summary>Reads sample <paramref name="index"/>.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="DatasetException">It cannot be read, or its class does not parse.</exception>
    Sample Read(int index);
}
