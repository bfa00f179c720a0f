using Vtok.Imaging;
using Vtok.Models;
using Vtok.Models.Perceptual;
using Vtok.Streams;

namespace Vtok.Codec.Evaluation;

/// <summary>Measures a tokenizer by its real files: every picture is encoded, written, read back, decoded to bytes and compared.</summary>
/// <remarks>Pictures are the centre squares, resampled to <see cref="Side"/> by Pillow's Lanczos filter. Metrics compare 8-bit pictures at that
/// size: <see cref="ImageMetrics.Psnr"/>, <see cref="ImageMetrics.Ssim"/>, <see cref="ImageMetrics.MsSsim"/>, <see cref="ImageMetrics.Gmsd"/>,
/// and LPIPS v0.1 with SqueezeNet. Each is the mean over the pictures.</remarks>
public sealed class QualityEvaluation
{
    /// <summary>The side that grid models are measured at when none is asked for, if their factor divides it.</summary>
    public const int GridSide = 256;

    /// <summary>The smallest side that pictures are measured at.</summary>
    public const int LeastSide = ImageMetrics.SsimLeastSide;

    private static readonly int[] UsualLengths = [32, 64, 128, 256];

    private readonly ImageTokenizer _tokenizer;
    private readonly LpipsSqueeze? _judge;

    /// <summary>Prepares measuring.</summary>
    /// <param name="tokenizer">The tokenizer; the caller owns it.</param>
    /// <param name="judge">The perceptual network, on the CPU, or null to leave it out. The caller owns it.</param>
    /// <param name="side">Side of the squares for a model of any size; null means <see cref="GridSide"/>, or the model's own size.</param>
    /// <exception cref="ArgumentException">The model cannot be measured at this side; see <see cref="SideOf"/>.</exception>
    /// <exception cref="NotSupportedException">The model's own size is no square.</exception>
    public QualityEvaluation(ImageTokenizer tokenizer, LpipsSqueeze? judge = null, int? side = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        (_tokenizer, Side) = (tokenizer, SideOf(tokenizer.Info, side));
        _judge = Side < LpipsSqueeze.LeastSide ? null : judge;
    }

    /// <summary>Side of the squares that are measured.</summary>
    public int Side { get; }

    /// <summary>The side that a model is measured at.</summary>
    /// <param name="info">The model.</param>
    /// <param name="asked">Wanted for a model of any size, divisible by its factor; null means <see cref="GridSide"/>, or the model's own size.</param>
    /// <exception cref="ArgumentException">The model has another size of its own, or a factor that does not divide the side.</exception>
    /// <exception cref="NotSupportedException">The model's own size is no square.</exception>
    public static int SideOf(TokenizerInfo info, int? asked)
    {
        ArgumentNullException.ThrowIfNull(info);
        if (!info.IsGrid)
            return info.NativeWidth != info.NativeHeight ? throw new NotSupportedException($"{info.Name} has {info.NativeWidth}x{info.NativeHeight}, and squares are measured")
                : asked is null || asked == info.NativeWidth ? info.NativeWidth!.Value
                : throw new ArgumentException($"{asked}: {info.Name} has a size of its own, {info.NativeWidth}x{info.NativeHeight} (leave the size out)");
        int side = asked ?? GridSide, factor = info.Factor!.Value;
        return side >= LeastSide && side % factor == 0 ? side
            : throw new ArgumentException($"{side}: {info.Name} has a token for each {factor}x{factor} pixels; expected a multiple of {factor}, {LeastSide} or more");
    }

    /// <summary>The picture as it is measured: its centre square, <see cref="Side"/> pixels wide.</summary>
    public RgbImage Prepare(RgbImage picture)
    {
        RgbImage square = ImageCrops.CenterSquare(picture);
        return square.Width == Side ? square : Resampler.Resize(square, Side, Side, ResampleFilter.Lanczos);
    }

    /// <summary>The numbers of tokens that tell most about a model: for a grid what a square has, for scales every prefix of whole scales, else of 32, 64, 128
    /// and 256 those that it allows, or its most.</summary>
    /// <param name="info">The model.</param>
    /// <param name="side">Side of the squares.</param>
    public static IReadOnlyList<int> LengthsOf(TokenizerInfo info, int side)
    {
        ArgumentNullException.ThrowIfNull(info);
        if (info.IsGrid)
            return [side / info.Factor!.Value * (side / info.Factor.Value)];
        int[] usual = info.Order == TokenOrder.Scales ? [.. info.Lengths] : [.. UsualLengths.Where(info.AllowsLength)];
        return usual.Length > 0 ? usual : [info.Lengths[^1]];
    }

    /// <summary>Measures at several numbers of tokens.</summary>
    /// <param name="pictures">Pictures of <see cref="Prepare"/>, at least one.</param>
    /// <param name="tokens">Numbers of tokens that the model allows, such as <see cref="LengthsOf"/>.</param>
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
        var meter = new QualityMeter(_judge);
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
        var options = new ImageEncodeOptions { Tokens = _tokenizer.Info.IsGrid ? null : tokens, Effort = effort };
        IReadOnlyList<VtokFile> files = _tokenizer.Encode([.. pictures.Select(picture => _tokenizer.Prepare(picture, options))], options, cancellation);
        byte[][] written = [.. files.Select(file => VtokWriter.Write(file, _tokenizer.Info))];
        VtokFile[] read = [.. written.Select(bytes => VtokReader.Read(bytes, _tokenizer.Info))];
        var meter = new QualityMeter(_judge);
        int i = 0;
        foreach (RgbImage decoded in _tokenizer.Decode(read, new DecodeOptions { Look = look }, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            meter.Add(pictures[i], decoded, written[i].Length);
            i++;
        }
        return meter.Means(_tokenizer.Info.Name, tokens);
    }
}
