using System.Runtime.ExceptionServices;
using Vtok.Codec;
using Vtok.Imaging;
using Vtok.Models;
using Vtok.Streams;

namespace Vtok.Cli;

/// <summary>Reads token files and decodes them, neighbours of one model together; each model is loaded once.</summary>
internal sealed class FileDecoder(CliConsole console, FileModels models, ModelSessions sessions)
{
    /// <summary>A picture, or why there is none.</summary>
    internal sealed record Item(InputFile Input, ModelEntry? Entry, VtokFile? File, RgbImage? Picture, Exception? Error)
    {
        /// <summary>The picture.</summary>
        public RgbImage Result()
        {
            if (Error is not null)
                ExceptionDispatchInfo.Throw(Error);
            return Picture!;
        }
    }

    public DecodeOptions Options { get; init; } = new();

    /// <summary>Most tokens of each lane to decode; null means all.</summary>
    public int? Tokens { get; init; }

    public long MaxBytes { get; init; }

    public long MaxPixels { get; init; }

    public int BatchLanes { get; init; }

    /// <summary>Decodes all inputs in order.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="check">Refuses an input before it is read, such as one whose output exists.</param>
    public IEnumerable<Item> Decode(IReadOnlyList<InputFile> inputs, Action<InputFile> check)
    {
        foreach (List<Item> batch in Batches(inputs.Select(i => Read(i, check))).Ahead(1, console.Cancellation))
        {
            VtokFile[] files = [.. batch.Where(i => i.File is not null).Select(i => i.File!)];
            using IEnumerator<RgbImage>? pictures = files.Length == 0 ? null : sessions.Of(batch[0].Entry!).Decode(files, Options, console.Cancellation).GetEnumerator();
            foreach (Item item in batch)
                yield return item.File is not null && pictures!.MoveNext() ? item with { Picture = pictures.Current } : item;
        }
    }

    private Item Read(InputFile input, Action<InputFile> check)
    {
        try
        {
            check(input);
            console.Cancellation.ThrowIfCancellationRequested();
            VtokFile file = models.Read(input.Read(console, MaxBytes), out ModelEntry entry);
            Sampling.CheckDecoder(entry.Info, new DecodeHints { Steps = Options.Steps, Guidance = Options.Guidance, Seed = Options.Seed });
            if (Options.Text is not null)
                Sampling.CheckText(entry.Info);
            ImageTokenizer.CheckSize(file, entry.Info, MaxPixels);
            if (Tokens is int tokens)
                file = VtokTrimmer.Trim(file, entry.Info, tokens);
            sessions.Of(entry); // begins to load
            return new Item(input, entry, file, null, null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new Item(input, null, null, null, e);
        }
    }

    // Neighbours of one model; a refused input has no model and stands alone.
    private IEnumerable<List<Item>> Batches(IEnumerable<Item> items)
    {
        List<Item> batch = [];
        foreach (Item item in items)
        {
            if (batch.Count > 0 && (item.Entry != batch[0].Entry || batch.Sum(i => i.File?.Lanes.Count ?? 1) >= BatchLanes))
            {
                yield return batch;
                batch = [];
            }
            batch.Add(item);
        }
        if (batch.Count > 0)
            yield return batch;
    }
}
