using Vtok.Codec;
using Vtok.Imaging;
using Vtok.Streams;

namespace Vtok.Cli;

/// <summary>Reads pictures and cuts them to what a model sees, in batches; a picture that is refused takes its place with the reason.</summary>
internal sealed class PictureReader(CliConsole console, ImageDecodeOptions limits, TokenizerInfo info, ImageEncodeOptions options)
{
    private readonly VipsImageCodec _codec = new();

    /// <summary>A picture, or why there is none.</summary>
    internal readonly record struct Item(InputFile Input, PreparedPicture? Picture, Exception? Error);

    public ImageEncodeOptions Options => options;

    /// <summary>Reads all inputs in order; a batch is full when it has enough lanes.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="check">Refuses an input before it is read, such as one whose output exists.</param>
    /// <param name="lanes">Lanes that fill a batch.</param>
    public IEnumerable<List<Item>> Read(IReadOnlyList<InputFile> inputs, Action<InputFile> check, int lanes)
    {
        List<Item> batch = [];
        int filled = 0;
        foreach (InputFile input in inputs)
        {
            Item item = Read(input, check);
            batch.Add(item);
            filled += item.Picture?.Lanes.Count ?? 0;
            if (filled < lanes)
                continue;
            yield return batch;
            (batch, filled) = ([], 0);
        }
        if (batch.Count > 0)
            yield return batch;
    }

    private Item Read(InputFile input, Action<InputFile> check)
    {
        try
        {
            check(input);
            console.Cancellation.ThrowIfCancellationRequested();
            RgbImage picture = _codec.Decode(input.Read(console, limits.MaxFileBytes), limits);
            return new Item(input, ImageTokenizer.Prepare(picture, info, options), null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new Item(input, null, e);
        }
    }
}
