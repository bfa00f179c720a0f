using Vtok.Codec;

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

    // A process must not end while libtorch is being mapped on another thread.
    public void Dispose()
    {
        if (_loading.ContinueWith(t => t.IsCompletedSuccessfully, TaskScheduler.Default).Result)
            _loading.Result.Dispose();
    }
}
