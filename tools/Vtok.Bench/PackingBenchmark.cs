using Vtok.Streams;

namespace Vtok.Bench;

/// <summary>Ids to packed bits and back, and whole files of one picture.</summary>
internal sealed class PackingBenchmark : IBenchmark
{
    private const string Group = "tokens";
    private const int Count = 1 << 20;

    public IEnumerable<BenchRow> Run(BenchOptions options)
    {
        foreach (int bits in (int[])[12, 10, 14, 18])
        {
            if (options.Wants(Group, $"pack {bits} bit"))
                yield return Pack(bits, options.Seconds);
            if (options.Wants(Group, $"unpack {bits} bit"))
                yield return Unpack(bits, options.Seconds);
        }
        if (options.Wants(Group, "write 256 tokens"))
            yield return new BenchRow(Group, "write 256 tokens", 1 / Timing.Fastest(options.Seconds, () => VtokWriter.Write(File, Info)), "files/s");
        if (options.Wants(Group, "read 256 tokens"))
        {
            byte[] bytes = VtokWriter.Write(File, Info);
            yield return new BenchRow(Group, "read 256 tokens", 1 / Timing.Fastest(options.Seconds, () => VtokReader.Read(bytes, Info)), "files/s");
        }
    }

    private static TokenizerInfo Info { get; } = new()
    {
        Name = "bench",
        Family = "bench",
        Order = TokenOrder.Nested,
        Vocabulary = new ImageVocabulary(new VocabularyRun(4096, 256)),
        Lengths = [1, 256],
        NativeWidth = 256,
        NativeHeight = 256,
        Preprocessing = new ImagePreprocessing { Filter = "lanczos" },
        Weights = new string('0', 64),
    };

    private static VtokFile File { get; } = VtokFile.Create(Info, VtokLayout.Fit, 768, 512, [Ids(12).AsMemory(0, 256)]);

    private static int[] Ids(int bits) => [.. Enumerable.Range(0, Count).Select(i => (int)((uint)(i * 2_654_435_761L) >> 32 - bits))];

    private static BenchRow Pack(int bits, double seconds)
    {
        (ImageVocabulary vocabulary, int[] ids, byte[] packed) = Prepare(bits);
        double time = Timing.Fastest(seconds, () => BitPacker.TryPack(ids, vocabulary, packed, out _));
        return new BenchRow(Group, $"pack {bits} bit", packed.Length / time / 1e6, "MB/s");
    }

    private static BenchRow Unpack(int bits, double seconds)
    {
        (ImageVocabulary vocabulary, int[] ids, byte[] packed) = Prepare(bits);
        BitPacker.TryPack(ids, vocabulary, packed, out _);
        double time = Timing.Fastest(seconds, () => BitPacker.TryUnpack(packed, vocabulary, ids, out _));
        return new BenchRow(Group, $"unpack {bits} bit", packed.Length / time / 1e6, "MB/s");
    }

    private static (ImageVocabulary Vocabulary, int[] Ids, byte[] Packed) Prepare(int bits)
    {
        ImageVocabulary vocabulary = new(new VocabularyRun(1 << bits, Count));
        return (vocabulary, Ids(bits), new byte[BitPacker.GetByteCount(vocabulary, Count)]);
    }
}
