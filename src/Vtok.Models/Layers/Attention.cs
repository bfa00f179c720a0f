using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers;

/// <summary>Attention once queries, keys and values are there, whatever the names of the layers that made them.</summary>
internal static class Attention
{
    /// <summary>Softmax(q k / sqrt(C/heads)) v by heads: [B, M, C], [B, N, C], [B, N, C] to [B, M, C].</summary>
    /// <param name="query">[B, M, C].</param>
    /// <param name="key">[B, N, C].</param>
    /// <param name="value">[B, N, C].</param>
    /// <param name="heads">Heads (H).</param>
    /// <param name="bias">Added to the scores, broadcast to [B, H, M, N], or null.</param>
    public static Tensor Mix(Tensor query, Tensor key, Tensor value, int heads, Tensor? bias = null)
    {
        using DisposeScope scope = NewDisposeScope();
        long batch = query.size(0), length = query.size(1), width = query.size(2);
        Tensor Heads(Tensor x) => x.view(batch, x.size(1), heads, width / heads).transpose(1, 2); // [B, H, L, C/H]
        Tensor mixed = functional.scaled_dot_product_attention(Heads(query), Heads(key), Heads(value), bias);
        return mixed.transpose(1, 2).reshape(batch, length, width).MoveToOuterDisposeScope();
    }
}
