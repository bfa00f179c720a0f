using Vtok.Codec;
using Vtok.Imaging;
using Vtok.Models;
using Vtok.Streams;

namespace Vtok.Cli;

/// <summary>A model that loads in the background while the first inputs are read.</summary>
internal sealed class ModelSession : IDisposable
{
    private readonly Task<ImageTokenizer> _loading;

    public ModelSession(ModelStore store, ModelEntry entry, string device, int batch, long maxPixels)
    {
        Entry = entry;
        _loading = Task.Run(() => new ImageTokenizer(store.Open(entry, device)) { BatchSize = batch, MaxPixels = maxPixels });
    }

    /// <summary>Finds a model; a failure is about the model, not about an input.</summary>
    public static ModelEntry Find(ModelStore store, string nameOrPath)
    {
        try
        {
            return store.Find(nameOrPath);
        }
        catch (Exception e)
        {
            throw new SubjectException(nameOrPath, e);
        }
    }

    public ModelEntry Entry { get; }

    /// <summary>The model, once it is there.</summary>
    /// <exception cref="SubjectException">It does not load.</exception>
    public ImageTokenizer Tokenizer
    {
        get
        {
            try
            {
                return _loading.GetAwaiter().GetResult();
            }
            catch (Exception e)
            {
                throw new SubjectException(Entry.Name, e);
            }
        }
    }

    /// <summary>Decodes files of this model, each when it is asked for.</summary>
    /// <param name="files">The files.</param>
    /// <param name="options">Look and sampling.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <exception cref="SubjectException">The model does not load, has no such look, or leaves pixels to another.</exception>
    public IEnumerable<RgbImage> Decode(IReadOnlyList<VtokFile> files, DecodeOptions options, CancellationToken cancellation)
    {
        using IEnumerator<RgbImage> pictures = Tokenizer.Decode(files, options, cancellation).GetEnumerator();
        while (Guard(pictures.MoveNext, options.Look))
            yield return pictures.Current;
    }

    /// <summary>Runs the networks; what the model does not have is told by the model's name or by the option.</summary>
    /// <param name="work">What decodes.</param>
    /// <param name="look">The look that was asked for, or null.</param>
    /// <exception cref="SubjectException">The model has no such look, or leaves pixels to another.</exception>
    public T Guard<T>(Func<T> work, string? look)
    {
        try
        {
            return work();
        }
        catch (PixelsUnavailableException e)
        {
            throw new SubjectException(Entry.Name, e);
        }
        catch (ArgumentException e) when (e.ParamName == "options")
        {
            string message = e.Message.Replace(" (Parameter 'options')", "", StringComparison.Ordinal);
            throw look is null ? new SubjectException(Entry.Name, new NotSupportedException(message, e)) // wants what a token file does not hold
                : new SubjectException($"--look {look}", new UsageException(message));
        }
    }

    // A process must not end while libtorch is being mapped on another thread.
    public void Dispose()
    {
        if (_loading.ContinueWith(t => t.IsCompletedSuccessfully, TaskScheduler.Default).Result)
            _loading.Result.Dispose();
    }
}
