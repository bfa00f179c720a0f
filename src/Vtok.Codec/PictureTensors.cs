using TorchSharp;
using Vtok.Imaging;
using static TorchSharp.torch;

namespace Vtok.Codec;

/// <summary>Pictures as tensors and back.</summary>
internal static class PictureTensors
{
    /// <summary>Pictures of one size to [B, 3, H, W] float32 in 0..1.</summary>
    public static Tensor ToTensor(IReadOnlyList<RgbImage> pictures, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        int width = pictures[0].Width, height = pictures[0].Height, size = width * height * 3;
        byte[] bytes = new byte[checked(pictures.Count * size)];
        for (int i = 0; i < pictures.Count; i++)
            pictures[i].Pixels.CopyTo(bytes, i * size);
        Tensor packed = tensor(bytes, [pictures.Count, height, width, 3], ScalarType.Byte).to(device); // [B, H, W, 3]
        return packed.permute(0, 3, 1, 2).to(ScalarType.Float32).div_(255f).contiguous().MoveToOuterDisposeScope(); // [B, 3, H, W]
    }

    /// <summary>[B, 3, H, W] in 0..1, clamped and rounded, to pictures.</summary>
    public static IReadOnlyList<RgbImage> ToPictures(Tensor values)
    {
        using DisposeScope scope = NewDisposeScope();
        int height = (int)values.size(2), width = (int)values.size(3), size = width * height * 3;
        Tensor bytes = values.to(ScalarType.Float32).clamp(0f, 1f).mul(255f).round().to(ScalarType.Byte).permute(0, 2, 3, 1).contiguous().cpu(); // [B, H, W, 3]
        byte[] all = bytes.data<byte>().ToArray();
        return [.. Enumerable.Range(0, (int)values.size(0)).Select(i => new RgbImage(width, height, all.AsSpan(i * size, size).ToArray()))];
    }

    /// <summary>Lanes of one length to int64 [B, n].</summary>
    public static Tensor ToTensor(IReadOnlyList<ReadOnlyMemory<int>> lanes, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        int length = lanes[0].Length;
        int[] ids = new int[checked(lanes.Count * length)];
        for (int i = 0; i < lanes.Count; i++)
            lanes[i].Span.CopyTo(ids.AsSpan(i * length));
        return tensor(ids, [lanes.Count, length], ScalarType.Int32).to(ScalarType.Int64).to(device).MoveToOuterDisposeScope();
    }

    /// <summary>int64 [B, n] to lanes.</summary>
    public static IReadOnlyList<ReadOnlyMemory<int>> ToLanes(Tensor ids)
    {
        using DisposeScope scope = NewDisposeScope();
        int length = (int)ids.size(1);
        int[] all = ids.to(ScalarType.Int32).contiguous().cpu().data<int>().ToArray();
        return [.. Enumerable.Range(0, (int)ids.size(0)).Select(i => (ReadOnlyMemory<int>)all.AsMemory(i * length, length))];
    }
}
