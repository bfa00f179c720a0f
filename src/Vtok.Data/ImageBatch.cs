namespace Vtok.Data;

/// <summary>Pictures of one size, ready to become a tensor.</summary>
public sealed class ImageBatch
{
    internal ImageBatch(int side, byte[] pixels, IReadOnlyList<string> keys, IReadOnlyList<int?> classIds, IReadOnlyList<string?> captions,
        IReadOnlyList<ReadOnlyMemory<byte>?> features, LoaderPosition next)
    {
        (Side, Pixels, Keys, ClassIds, Captions, Features, Next) = (side, pixels, keys, classIds, captions, features, next);
    }

    /// <summary>Number of pictures, B.</summary>
    public int Count => Keys.Count;

    /// <summary>Height and width in pixels.</summary>
    public int Side { get; }

    /// <summary>sRGB bytes, [B, H, W, 3].</summary>
    public byte[] Pixels { get; }

    /// <summary>Key of each picture.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>Class of each picture, or null where none is known.</summary>
    public IReadOnlyList<int?> ClassIds { get; }

    /// <summary>Caption of each picture, or null where none is known.</summary>
    public IReadOnlyList<string?> Captions { get; }

    /// <summary>The .npy file of each picture; null where the source was not opened with features.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>?> Features { get; }

    /// <summary>The position after this batch, to go on from.</summary>
    public LoaderPosition Next { get; }

    /// <summary>The bytes of one picture, [H, W, 3].</summary>
    /// <param name="i">0 to <see cref="Count"/> - 1.</param>
    public ReadOnlySpan<byte> Picture(int i) => Pixels.AsSpan(checked(i * Side * Side * 3), Side * Side * 3);
}
