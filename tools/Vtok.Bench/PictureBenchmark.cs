using Vtok.Imaging;

namespace Vtok.Bench;

/// <summary>A 768x512 picture on its way to a model and back.</summary>
internal sealed class PictureBenchmark : IBenchmark
{
    private const string Group = "picture 768x512";

    public IEnumerable<BenchRow> Run(BenchOptions options)
    {
        VipsImageCodec codec = new();
        RgbImage picture = SyntheticPicture.Create(768, 512);
        RgbImage small = Resample(picture);
        byte[] jpeg = codec.Encode(picture, ImageFormat.Jpeg, 90), webp = codec.Encode(picture, ImageFormat.Webp, 90);
        (string Name, Action Action)[] rows =
        [
            ("decode JPEG and resample to 256", () => Resample(codec.Decode(jpeg))),
            ("decode JPEG", () => codec.Decode(jpeg)),
            ("decode WebP", () => codec.Decode(webp)),
            ("resample to 256, Lanczos", () => Resample(picture)),
            ("encode PNG 256", () => codec.Encode(small, ImageFormat.Png)),
            ("encode JPEG 256", () => codec.Encode(small, ImageFormat.Jpeg, 90)),
            ("encode WebP 256", () => codec.Encode(small, ImageFormat.Webp, 90)),
        ];
        foreach ((string name, Action action) in rows.Where(row => options.Wants(Group, row.Name)))
            yield return new BenchRow(Group, name, 1 / Timing.Fastest(options.Seconds, action), "images/s");
    }

    private static RgbImage Resample(RgbImage image) => Resampler.Resize(ImageCrops.CenterSquare(image), 256, 256, ResampleFilter.Lanczos);
}
