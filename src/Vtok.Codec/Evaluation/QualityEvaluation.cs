using Vtok.Imaging;
using Vtok.Models;
using Vtok.Models.Perceptual;
using Vtok.Streams;

namespace Vtok.Codec.Evaluation;

/// <summary>Measures a tokenizer by its real files: every picture is encoded, written, read back, decoded to bytes and compared.</summary>
/// <remarks>Pictures are the centre squares, resampled to the model's size by Pillow's Lanczos filter. Metrics compare 8-bit pictures at that
/// size: <see cref="ImageMetrics.Psnr"/>, <see cref="ImageMetrics.Ssim"/>, <see cref="ImageMetrics.MsSsim"/>, <see cref="ImageMetrics.Gmsd"/>,
/// and LPIPS v0.1 with SqueezeNet. Each is the mean over the pictures.</remarks>
/// <param name="tokenizer">The tokenizer; it must have a native size. The caller owns it.</param>
/// <param name="judge">The perceptual network, on the CPU, or null to leave it out. The caller owns it.</param>
public sealed class QualityEvaluation(ImageTokenizer tokenizer, LpipsSqueeze? judge = null)
{
    /// <summary>The picture as it is measured: centre square at the model's size.</summary>
    /// <exception cref="NotSupportedException">The model has no native square size.</exception>
    public RgbImage Prepare(RgbImage picture)
    {
        TokenizerInfo info = tokenizer.Info;
        if (info.NativeWidth is not { } side || info.NativeHeight != side)
            throw new NotSupportedException($"{info.Name} has no native square size to measure at");
        RgbImage square = ImageCrops.CenterSquare(picture);
        return square.Width == side ? square : Resampler.Resize(square, side, side, ResampleFilter.Lanczos);
    }

    /// <summary>Measures at several numbers of tokens.</summary>
    /// <param name="pictures">Pictures of <see cref="Prepare"/>, at least one.</param>
    /// <param name="tokens">Numbers of tokens that the model allows.</param>
    /// <param name="look">Decoder head; null means the model's first.</param>
    /// <param name="effort">At the default effort every file is a prefix of the whole one.</param>
    /// <param name="cancellation">Looked at between pictures.</param>
    /// <returns>One row a number of tokens, in their order.</returns>
    public IReadOnlyList<QualityRow> Measure(IReadOnlyList<RgbImage> pictures, IReadOnlyList<int> tokens, string? look = null,
        EncodeEffort effort = EncodeEffort.Default, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentOutOfRangeException.ThrowIfZero(pictures.Count, nameof(pictures));
        return [.. tokens.Select(count => MeasureAt(count, pictures, look, effort, cancellation))];
    }

    /// <summary>Measures a classical codec with as many bytes as the files of a row have: side and quality searched for the best PSNR.</summary>
    /// <returns>The row, or null when the codec brings none of the pictures under the budget.</returns>
    public QualityRow? MeasureCodec(ImageFormat format, IImageCodec codec, QualityRow row, IReadOnlyList<RgbImage> pictures, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(pictures);
        var search = new ImageBudgetSearch(codec);
        var meter = new QualityMeter(judge);
        int fitting = 0;
        foreach (RgbImage picture in pictures)
        {
            if (search.Best(picture, format, (int)row.Bytes, cancellation) is not { } best)
                continue;
            meter.Add(picture, best.Picture, best.File.Length);
            fitting++;
        }
        return fitting == 0 ? null : meter.Means(format.ToString(), row.Tokens);
    }

    private QualityRow MeasureAt(int tokens, IReadOnlyList<RgbImage> pictures, string? look, EncodeEffort effort, CancellationToken cancellation)
    {
        var options = new ImageEncodeOptions { Tokens = tokens, Effort = effort };
        IReadOnlyList<VtokFile> files = tokenizer.Encode([.. pictures.Select(picture => tokenizer.Prepare(picture, options))], options, cancellation);
        byte[][] written = [.. files.Select(file => VtokWriter.Write(file, tokenizer.Info))];
        VtokFile[] read = [.. written.Select(bytes => VtokReader.Read(bytes, tokenizer.Info))];
        var meter = new QualityMeter(judge);
        int i = 0;
        foreach (RgbImage decoded in tokenizer.Decode(read, new DecodeOptions { Look = look }, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            meter.Add(pictures[i], decoded, written[i].Length);
            i++;
        }
        return meter.Means(tokenizer.Info.Name, tokens);
    }
}
