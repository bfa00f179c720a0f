using Vtok.Data;
using Vtok.Imaging;

namespace Vtok.Bench;

/// <summary>Random squares of 256 from WebP files of 320x256, as training reads them.</summary>
internal sealed class LoaderBenchmark : IBenchmark
{
    private const string Group = "loader";
    private const int Pictures = 32;

    public IEnumerable<BenchRow> Run(BenchOptions options)
    {
        VipsImageCodec codec = new();
        byte[] file = codec.Encode(SyntheticPicture.Create(320, 256), ImageFormat.Webp, 75);
        (string Name, int Workers, long Cache)[] rows = [("1 worker", 1, 0), ("2 workers", 2, 0), ("1 worker, cached", 1, 1 << 30)];
        foreach ((string name, int workers, long cache) in rows.Where(row => options.Wants(Group, row.Name)))
        {
            ImageLoader loader = new(new OnePicture(file), codec, new ImageLoaderOptions
            {
                BatchSize = Pictures,
                Transform = new RandomSquare { Side = 256 },
                Workers = workers,
                CacheBytes = cache,
            });
            using IEnumerator<ImageBatch> batches = loader.Read().GetEnumerator();
            // The first batches were decoded ahead: many are read so that the rate is that of the workers.
            double time = Timing.Fastest(options.Seconds, () =>
            {
                for (int i = 0; i < 8; i++)
                    batches.MoveNext();
            });
            yield return new BenchRow(Group, name, 8 * Pictures / time, "images/s");
        }
    }

    private sealed class OnePicture(byte[] file) : ISampleSource
    {
        public string Name => "bench";

        public int Count => Pictures;

        public IReadOnlyList<string> ClassNames => [];

        public string Locate(int index) => "bench";

        public Sample Read(int index) => new("bench", file);

        public void Dispose() { }
    }
}
