namespace Vtok.Models.Lavit;

/// <summary>Softmax in which a policy decides which columns count (DynamicViT, arXiv 2106.02034), with a floor under every column.</summary>
internal static class PolicySoftmax
{
    private const double Epsilon = 1e-6; // as published

    /// <summary>Scores [B, H, M, N] and a policy of zeros and ones [B, 1, 1 or M, N] to weights whose rows sum to 1.</summary>
    /// <remarks>
    /// Quirk: the maximum is taken over all columns, the shut ones too, and every column gets at least eps/N over the sum. Where the policy
    /// shuts a whole row its weights are uniform, 1/N. Masking with minus infinity instead would change all ids.
    /// </remarks>
    public static Tensor Weights(Tensor scores, Tensor policy)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor s = scores.to(ScalarType.Float32);
        Tensor open = (s - s.max(-1, keepdim: true).values).exp() * policy; // [B, H, M, N]
        Tensor sum = open.sum(-1, keepdim: true);                           // [B, H, M, 1]
        return ((open + Epsilon / scores.size(3)) / (sum + Epsilon)).to(scores.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Who may look at whom in the self-attention of the kept: [B, N] to [B, 1, N, N]; kept tokens that are not later, and oneself.</summary>
    public static Tensor Causal(Tensor keep)
    {
        using DisposeScope scope = NewDisposeScope();
        long length = keep.size(1);
        Tensor self = eye(length, dtype: keep.dtype, device: keep.device);
        Tensor columns = keep.unsqueeze(1);                                              // [B, 1, N]
        return (columns + (1 - columns) * self).tril().unsqueeze(1).MoveToOuterDisposeScope(); // [B, 1, N, N]
    }

    /// <summary>Who may be looked at in the cross-attention to the dropped: [B, N] to [B, 1, 1, N].</summary>
    public static Tensor Dropped(Tensor keep)
    {
        using DisposeScope scope = NewDisposeScope();
        return (1 - keep).unsqueeze(1).unsqueeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>Attention by heads under a policy: [B, M, C], [B, N, C], [B, N, C] to [B, M, C].</summary>
    public static Tensor Mix(Tensor query, Tensor key, Tensor value, int heads, Tensor policy)
    {
        using DisposeScope scope = NewDisposeScope();
        long batch = query.size(0), length = query.size(1), width = query.size(2), head = width / heads;
        Tensor Heads(Tensor x) => x.view(batch, x.size(1), heads, head).transpose(1, 2).reshape(batch * heads, x.size(1), head); // [B*H, L, C/H]
        Tensor scores = Heads(query * (1 / Math.Sqrt(head))).bmm(Heads(key).transpose(1, 2));  // [B*H, M, N]
        Tensor weights = Weights(scores.view(batch, heads, length, key.size(1)), policy);      // [B, H, M, N]
        Tensor mixed = weights.view(batch * heads, length, key.size(1)).bmm(Heads(value));     // [B*H, M, C/H]
        return mixed.view(batch, heads, length, head).transpose(1, 2).reshape(batch, length, width).MoveToOuterDisposeScope();
    }
}
