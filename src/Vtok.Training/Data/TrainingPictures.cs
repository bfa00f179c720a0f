using System.Security.Cryptography;
using System.Text;
using Vtok.Data;
using Vtok.Imaging;
using Vtok.Models.Weights;

namespace Vtok.Training.Data;

/// <summary>Square crops of a data set at one size, made once and kept in a memory-mapped file: uint8 [N, 3, S, S].</summary>
/// <remarks>First the centre square of every picture, then random squares, mirrored with probability 1/2.</remarks>
internal static class TrainingPictures
{
    private const int Chunk = 64;

    /// <summary>Opens what --data names: a folder of pictures, shards, tables or a zip; see <see cref="SampleSource.Open"/>.</summary>
    public static ISampleSource Open(string data) => SampleSource.Open(data);

    /// <summary>The crops of a data set, from the cache file when it is of the same data and settings.</summary>
    /// <param name="source">Pictures.</param>
    /// <param name="cache">Safetensors file to read or to write.</param>
    /// <param name="side">Pixels.</param>
    /// <param name="crops">Crops of each picture.</param>
    /// <param name="least">Smallest side of a random square, as a share of the shorter side.</param>
    /// <param name="seed">Seed.</param>
    /// <param name="say">Told what is made, and about pictures that cannot be decoded; they are left out.</param>
    /// <param name="stop">Ends it, with nothing written.</param>
    /// <returns>uint8 [N, 3, S, S], in no dispose scope.</returns>
    public static Tensor Load(ISampleSource source, string cache, int side, int crops, double least, int seed, Action<string>? say, CancellationToken stop)
    {
        string settings = Describe(source, side, crops, least, seed);
        if (!IsOf(cache, settings))
        {
            say?.Invoke($"making {crops} crops of each of {source.Count} pictures");
            using Tensor made = Make(source, side, crops, least, seed, say, stop);
            SafetensorsWriter.Write(cache, new Dictionary<string, Tensor> { ["pictures"] = made }, new Dictionary<string, string> { ["settings"] = settings });
        }
        using SafetensorsFile file = SafetensorsFile.Open(cache);
        return file["pictures"].DetachFromDisposeScope();
    }

    /// <summary>Names the crops: what is derived from them and kept (such as their tokens) must carry this too.</summary>
    internal static string Describe(ISampleSource source, int side, int crops, double least, int seed)
        => FormattableString.Invariant($"{source.Name}: {source.Count} pictures {Digest(source)}, {crops} crops of {side}, least {least:R}, seed {seed}");

    /// <summary>Tells a data set from others by its pictures' names, where these are known without reading, and by their number.</summary>
    internal static string Digest(ISampleSource source)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < source.Count; i++)
            digest.AppendData(Encoding.UTF8.GetBytes($"{source.KeyOf(i)}\n"));
        return Convert.ToHexStringLower(digest.GetHashAndReset())[..16];
    }

    /// <summary>Whether a cache file is there and of these settings.</summary>
    internal static bool IsOf(string cache, string settings)
    {
        if (!File.Exists(cache))
            return false;
        using SafetensorsFile file = SafetensorsFile.Open(cache);
        return file.Metadata.TryGetValue("settings", out string? found) && found == settings;
    }

    private static Tensor Make(ISampleSource source, int side, int crops, double least, int seed, Action<string>? say, CancellationToken stop)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor all = empty([(long)source.Count * crops, 3, side, side], ScalarType.Byte);
        long made = Fill(all, 0, source, new CenterSquare { Side = side }, 1, seed, say, stop);
        if (crops > 1)
            made = Fill(all, made, source, new RandomSquare { Side = side, MinShare = least }, crops - 1, seed, say, stop);
        return all.narrow(0, 0, made).MoveToOuterDisposeScope();
    }

    private static long Fill(Tensor all, long made, ISampleSource source, PictureTransform transform, int epochs, int seed, Action<string>? say, CancellationToken stop)
    {
        var loader = new ImageLoader(source, new VipsImageCodec(), new ImageLoaderOptions
        {
            BatchSize = Chunk,
            Transform = transform,
            Seed = (ulong)seed,
            Shuffle = false,
            Epochs = epochs,
            Workers = Environment.ProcessorCount,
        });
        foreach (ImageBatch batch in loader.Read(cancellation: stop))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor pictures = tensor(batch.Pixels, ScalarType.Byte).view(batch.Count, batch.Side, batch.Side, 3);
            all.narrow(0, made, batch.Count).copy_(pictures.permute(0, 3, 1, 2));
            made += batch.Count;
        }
        foreach (SkippedSample skipped in loader.Skipped)
            say?.Invoke($"left out {skipped.Location}: {skipped.Reason}");
        if (loader.Enlarged > 0)
            say?.Invoke($"{loader.Enlarged} of {source.Count} pictures are smaller than {transform.Side} x {transform.Side} and are enlarged");
        return made;
    }
}
