using TorchSharp;
using Vtok.Imaging;
using Vtok.Models;
using Vtok.Streams;
using static TorchSharp.torch;

namespace Vtok.Codec;

/// <summary>Pictures to tokens and back with one model. Thread-safe: cache one instance and share it; the networks run for one caller at a time.</summary>
public sealed class ImageTokenizer : IDisposable
{
    private readonly ITokenizerModel _model;
    private readonly Lock _networks = new();

    /// <summary>Wraps a model and owns it from now on.</summary>
    /// <param name="model">The model.</param>
    public ImageTokenizer(ITokenizerModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
    }

    /// <summary>Loads a model folder.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="device">"cpu", "cuda", "cuda:1", or "auto" for CUDA where it works.</param>
    public static ImageTokenizer Create(string folder, string device = "auto") => new(new ModelFolderOpener().Open(folder, device));

    /// <summary>Description of the tokens.</summary>
    public TokenizerInfo Info => _model.Info;

    /// <summary>Pictures or tiles that go through the networks together, 1 or more. Default: 8.</summary>
    public int BatchSize { get; init; } = 8;

    /// <summary>Most pixels of a decoded picture. Default: 100 megapixels.</summary>
    public long MaxPixels { get; init; } = 100_000_000;

    /// <summary>Tokens that a picture of this size takes, over all its lanes; the most where the picture decides (order Set). The networks do not run.</summary>
    /// <param name="width">1..65535.</param>
    /// <param name="height">1..65535.</param>
    /// <param name="options">Layout and length; null means the defaults.</param>
    public int CountTokens(int width, int height, ImageEncodeOptions? options = null)
    {
        options ??= new ImageEncodeOptions();
        PictureLayout layout = LayoutOf(width, height, options, out _);
        return checked(layout.Lanes * (TokensOf(options) ?? layout.LaneSize.Width / Info.Factor!.Value * (layout.LaneSize.Height / Info.Factor!.Value)));
    }

    /// <summary>Cuts and scales a picture to what the model sees. Safe to call while another thread encodes.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="options">The options that <see cref="Encode(IReadOnlyList{PreparedPicture}, ImageEncodeOptions?, CancellationToken)"/> will get.</param>
    /// <exception cref="ArgumentException">The options do not suit the model.</exception>
    public PreparedPicture Prepare(RgbImage picture, ImageEncodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return Prepare(picture, Info, options);
    }

    /// <summary>Cuts and scales a picture to what a model sees, before the model is loaded.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="info">The model.</param>
    /// <param name="options">The options that it will be encoded with.</param>
    /// <exception cref="ArgumentException">The options do not suit the model.</exception>
    public static PreparedPicture Prepare(RgbImage picture, TokenizerInfo info, ImageEncodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(picture);
        options ??= new ImageEncodeOptions();
        PictureLayout layout = LayoutOf(info, picture.Width, picture.Height, options, out int overlap);
        return new PreparedPicture(KindOf(info, options), picture.Width, picture.Height, overlap, layout.Split(picture));
    }

    /// <summary>Encodes one picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <exception cref="ArgumentException">The options do not suit the model.</exception>
    public VtokFile Encode(RgbImage picture, ImageEncodeOptions? options = null, CancellationToken cancellation = default) =>
        Encode([Prepare(picture, options)], options, cancellation)[0];

    /// <summary>Encodes several pictures, in batches over all their lanes.</summary>
    /// <param name="pictures">The pictures, prepared with the same options.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <returns>One file a picture, in order.</returns>
    /// <exception cref="TokenFileException">The model does not allow the length that was asked for.</exception>
    public IReadOnlyList<VtokFile> Encode(
        IReadOnlyList<PreparedPicture> pictures, ImageEncodeOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        options ??= new ImageEncodeOptions();
        options.Hints.Validate();
        using IEnumerator<DynamicTokens> lanes = EncodeLanes(pictures.SelectMany(p => p.Lanes), new EncodeOptions
        {
            Tokens = TokensOf(options),
            Effort = options.TargetBytes is null ? options.Effort : EncodeEffort.Default,
            Seed = options.Seed,
        }, cancellation).GetEnumerator();
        var files = new List<VtokFile>(pictures.Count);
        foreach (PreparedPicture picture in pictures)
        {
            VtokFile file = ToFile(picture, [.. Next(lanes, picture.Lanes.Count)], options);
            if (options.TargetBytes is int target)
                file = Reach(file, picture, target, options, cancellation);
            files.Add(file);
        }
        return files;
    }

    /// <summary>Decodes one file.</summary>
    /// <param name="file">A file of this model.</param>
    /// <param name="options">Look and sampling; what it leaves open is what the file says, else the model's default.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <exception cref="TokenFileException">The file is of another model, or its picture is over <see cref="MaxPixels"/>.</exception>
    public RgbImage Decode(VtokFile file, DecodeOptions? options = null, CancellationToken cancellation = default) =>
        Decode([file], options, cancellation).Single();

    /// <summary>Decodes several files, in batches over all their lanes of one length.</summary>
    /// <param name="files">Files of this model.</param>
    /// <param name="options">Look and sampling; what it leaves open is what each file says, else the model's default.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <returns>One picture a file, in order, each decoded when it is asked for.</returns>
    /// <exception cref="TokenFileException">A file is of another model, or its picture is over <see cref="MaxPixels"/>.</exception>
    public IEnumerable<RgbImage> Decode(IReadOnlyList<VtokFile> files, DecodeOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        PictureLayout[] layouts = [.. files.Select(LayoutOf)];
        return DecodeEach(files, layouts, options, cancellation);
    }

    /// <summary>Names of the readings of the ids as features, the usual one first; empty when the model has none.</summary>
    public IReadOnlyList<string> FeatureKinds => (_model as IFeatureTokenizer)?.FeatureKinds ?? [];

    /// <summary>The ids of a file read as features.</summary>
    /// <param name="file">A file of this model; lanes of several lengths only for features that do not have the lane's length.</param>
    /// <param name="kind">One of <see cref="FeatureKinds"/>; null means the first.</param>
    /// <param name="options">What a reading needs beside the ids; null means the defaults.</param>
    /// <returns>The first dimension is the lanes.</returns>
    /// <exception cref="NotSupportedException">The model has no features, or the lanes' do not go together.</exception>
    /// <exception cref="ArgumentException">An unknown kind, or options that do not suit it.</exception>
    public FeatureArray Features(VtokFile file, string? kind = null, FeatureOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (_model is not IFeatureTokenizer features)
            throw new NotSupportedException($"{Info.Name}: tokens of the family {Info.Family} have no features (decode them to a picture)");
        LayoutOf(file);
        lock (_networks)
        {
            using IDisposable inference = inference_mode();
            using DisposeScope scope = NewDisposeScope();
            Tensor[] runs = [.. Batches(file.Lanes, (a, b) => a.Length == b.Length)
                .Select(lanes => features.Features(PictureTensors.ToTensor(lanes, _model.Device), kind ?? features.FeatureKinds[0], options))];
            if (runs.Any(run => !run.shape.AsSpan(1).SequenceEqual(runs[0].shape.AsSpan(1))))
                throw new NotSupportedException($"the tiles have different numbers of tokens, so their \"{kind ?? features.FeatureKinds[0]}\" are no one array (encode with --layout fit or crop)");
            Tensor onHost = cat(runs).to(ScalarType.Float32).contiguous().cpu();
            return new FeatureArray(onHost.data<float>().ToArray(), onHost.shape);
        }
    }

    /// <summary>The size that a file decodes to.</summary>
    /// <param name="file">The file.</param>
    /// <param name="info">Its model.</param>
    /// <param name="maxPixels">Most pixels.</param>
    /// <exception cref="TokenFileException">It has more pixels, or more than a picture can have.</exception>
    public static (int Width, int Height) CheckSize(VtokFile file, TokenizerInfo info, long maxPixels)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(info);
        int width = file.Width ?? info.NativeWidth ?? 0, height = file.Height ?? info.NativeHeight ?? 0;
        if ((long)width * height > maxPixels)
            throw new TokenFileException(TokenFileError.LimitExceeded, $"decodes to {width}x{height}, more than {maxPixels} pixels (--max-pixels raises the limit)");
        if ((long)width * height > RgbImage.MaxPixels)
            throw new TokenFileException(TokenFileError.LimitExceeded, $"decodes to {width}x{height}, more than the {RgbImage.MaxPixels} pixels that memory can hold");
        if (info.Factor is int factor)
            GridLayout.Padded(width, height, factor);
        return (width, height);
    }

    /// <summary>Ids of a picture in the default layout, one lane.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="maxTokenCount">Most tokens, one of the model's lengths; null means all.</param>
    public IReadOnlyList<int> EncodeToIds(RgbImage picture, int? maxTokenCount = null) =>
        Encode(picture, new ImageEncodeOptions { Tokens = maxTokenCount }).Lanes[0].ToArray();

    /// <summary>Ids of a picture in the default layout, into a buffer; false, writing nothing, when it is too small.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="destination">Where the ids go.</param>
    /// <param name="written">Number of ids.</param>
    public bool TryEncodeToIds(RgbImage picture, Span<int> destination, out int written)
    {
        ArgumentNullException.ThrowIfNull(picture);
        written = 0;
        if (destination.Length < CountTokens(picture.Width, picture.Height))
            return false;
        ReadOnlySpan<int> ids = Encode(picture).Lanes[0].Span;
        ids.CopyTo(destination);
        written = ids.Length;
        return true;
    }

    /// <summary>The picture of some ids, at the model's native size.</summary>
    /// <param name="ids">As many as one of the model's lengths, each below the vocabulary size of its position.</param>
    /// <param name="options">Look and sampling; null means the model's defaults.</param>
    /// <exception cref="NotSupportedException">The model has no native size.</exception>
    /// <exception cref="ArgumentException">A number of ids that the model does not allow, or an id outside its vocabulary.</exception>
    public RgbImage Decode(ReadOnlySpan<int> ids, DecodeOptions? options = null)
    {
        if (Info is not { NativeWidth: int width, NativeHeight: int height })
            throw new NotSupportedException($"{Info.Name} has no native size: decode a file, which knows the picture's size");
        if (!Info.AllowsLength(ids.Length))
            throw new ArgumentException($"{ids.Length} ids; {Info.Name} takes {TokenLengths.Describe(Info)}", nameof(ids));
        for (int position = 0; position < ids.Length; position++)
            if (ids[position] < 0 || ids[position] >= Info.Vocabulary.SizeAt(position))
                throw new ArgumentOutOfRangeException(nameof(ids), ids[position], $"id at position {position}, expected 0 to {Info.Vocabulary.SizeAt(position) - 1}");
        return Decode(VtokFile.Create(Info, VtokLayout.Fit, width, height, [ids.ToArray()]), options);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_networks)
            _model.Dispose();
    }

    private VtokFile Reach(VtokFile file, PreparedPicture picture, int target, ImageEncodeOptions options, CancellationToken cancellation)
    {
        VtokFile fitting = Info.Order == TokenOrder.Set ? SizeTarget.FitSet(file, Info, target) : SizeTarget.Fit(file, Info, target);
        bool chosenAgain = Info.Order == TokenOrder.Set && fitting.Count < file.Count; // which tokens go is the model's choice
        if (options.Effort == EncodeEffort.Default && !chosenAgain)
            return fitting;
        var searched = new EncodeOptions { Tokens = fitting.Count, Effort = options.Effort, Seed = options.Seed }; // the length is known now: search for it
        return ToFile(picture, [.. EncodeLanes(picture.Lanes, searched, cancellation)], options);
    }

    private VtokFile ToFile(PreparedPicture picture, IReadOnlyList<DynamicTokens> lanes, ImageEncodeOptions options) =>
        VtokFile.Create(Info, picture.Layout, picture.Width, picture.Height, [.. lanes.Select(lane => lane.Ids)], picture.Overlap, new VtokExtensions
        {
            Background = options.Background,
            Steps = options.Hints.Steps,
            Guidance = options.Hints.GuidanceHundredths,
            Seed = options.Hints.Seed,
            KeptPositions = Info.Order == TokenOrder.Set ? KeptPositions.Pack([.. lanes.Select(lane => lane.Positions)], Info.Vocabulary.Positions!.Value) : default,
        });

    private IEnumerable<DynamicTokens> EncodeLanes(IEnumerable<RgbImage> lanes, EncodeOptions options, CancellationToken cancellation)
    {
        foreach (List<RgbImage> batch in Batches(lanes, (a, b) => a.Width == b.Width && a.Height == b.Height))
        {
            cancellation.ThrowIfCancellationRequested();
            IReadOnlyList<DynamicTokens> tokens;
            lock (_networks)
            {
                using IDisposable inference = inference_mode();
                using DisposeScope scope = NewDisposeScope();
                tokens = Encode(PictureTensors.ToTensor(batch, _model.Device), options);
            }
            foreach (DynamicTokens lane in tokens)
                yield return lane;
        }
    }

    // Positions stay empty where the model does not choose them.
    private IReadOnlyList<DynamicTokens> Encode(Tensor pictures, EncodeOptions options) => _model is IDynamicLengthTokenizer dynamic
        ? dynamic.EncodeDynamic(pictures, options)
        : [.. PictureTensors.ToLanes(_model.Encode(pictures, options)).Select(ids => new DynamicTokens(ids, default))];

    private IEnumerable<RgbImage> DecodeEach(
        IReadOnlyList<VtokFile> files, PictureLayout[] layouts, DecodeOptions? options, CancellationToken cancellation)
    {
        var lanes = files.Zip(layouts, (file, layout) => (file, Options: Wanted(file, layout, options ?? new DecodeOptions())))
            .SelectMany(f => f.file.Lanes.Select(ids => (Ids: ids, f.Options)));
        using IEnumerator<RgbImage> pictures = DecodeLanes(lanes, cancellation).GetEnumerator();
        foreach (PictureLayout layout in layouts)
            yield return layout.Join(Next(pictures, layout.Lanes));
    }

    private IEnumerable<RgbImage> DecodeLanes(IEnumerable<(ReadOnlyMemory<int> Ids, DecodeOptions Options)> lanes, CancellationToken cancellation)
    {
        foreach (var batch in Batches(lanes, (a, b) => a.Ids.Length == b.Ids.Length && a.Options == b.Options))
        {
            cancellation.ThrowIfCancellationRequested();
            IReadOnlyList<RgbImage> pictures;
            lock (_networks)
            {
                using IDisposable inference = inference_mode();
                using DisposeScope scope = NewDisposeScope();
                Tensor ids = PictureTensors.ToTensor([.. batch.Select(lane => lane.Ids)], _model.Device);
                pictures = PictureTensors.ToPictures(_model.Decode(ids, batch[0].Options));
            }
            foreach (RgbImage picture in pictures)
                yield return picture;
        }
    }

    // Runs of neighbours that go together, at most BatchSize long. Batches depend on the order of the input alone, never on timing.
    private IEnumerable<List<T>> Batches<T>(IEnumerable<T> items, Func<T, T, bool> goTogether)
    {
        List<T> batch = [];
        foreach (T item in items)
        {
            if (batch.Count > 0 && (batch.Count >= BatchSize || !goTogether(batch[0], item)))
            {
                yield return batch;
                batch = [];
            }
            batch.Add(item);
        }
        if (batch.Count > 0)
            yield return batch;
    }

    private static IEnumerable<T> Next<T>(IEnumerator<T> source, int count)
    {
        for (int i = 0; i < count && source.MoveNext(); i++)
            yield return source.Current;
    }

    private DecodeOptions Wanted(VtokFile file, PictureLayout layout, DecodeOptions options) => options with
    {
        Steps = options.Steps ?? file.Extensions.Steps,
        Guidance = options.Guidance ?? file.Extensions.Guidance / 100.0,
        Seed = options.Seed ?? file.Extensions.Seed,
        GridWidth = layout.LaneSize.Width / Info.Factor,
    };

    private int? TokensOf(ImageEncodeOptions options)
    {
        if (options.Tokens is not int tokens)
            return Info.IsGrid ? null : Info.Lengths[^1];
        return Info.AllowsLength(tokens) && !Info.IsGrid ? tokens
            : throw new TokenFileException(TokenFileError.LengthNotAllowed, $"{tokens} tokens; {Info.Name} takes {TokenLengths.Describe(Info)}");
    }

    private PictureLayout LayoutOf(int width, int height, ImageEncodeOptions options, out int overlap) => LayoutOf(Info, width, height, options, out overlap);

    private static PictureLayout LayoutOf(TokenizerInfo info, int width, int height, ImageEncodeOptions options, out int overlap)
    {
        VtokLayout kind = KindOf(info, options);
        overlap = kind == VtokLayout.Tile ? options.Overlap ?? Math.Min(info.NativeWidth ?? 0, info.NativeHeight ?? 0) / 8 : 0;
        if (kind != VtokLayout.Tile && options.Overlap is not null)
            throw new ArgumentException($"an overlap is for layout tile, not {kind.ToString().ToLowerInvariant()}");
        return PictureLayout.Create(info, kind, width, height, overlap);
    }

    private static VtokLayout KindOf(TokenizerInfo info, ImageEncodeOptions options) => options.Layout ?? (info.IsGrid ? VtokLayout.Grid : VtokLayout.Fit);

    private PictureLayout LayoutOf(VtokFile file)
    {
        if (file.Key != Info.ComputeFileKey())
            throw new TokenFileException(TokenFileError.WrongModel, $"made by another model, key {file.Key:x8}; {Info.Name} has {Info.ComputeFileKey():x8}");
        (int width, int height) = CheckSize(file, Info, MaxPixels);
        return PictureLayout.Create(Info, file.Layout, width, height, file.Overlap);
    }
}
