namespace Vtok.Models.FlexTok;

/// <summary>Where the tokens of many sequences lie in one matrix of rows: the patches of all, then the registers of all.</summary>
/// <remarks>
/// Every linear layer runs once over all rows, whatever their sequences; only attention looks at sequences, a group of equal lengths at a time.
/// Registers that are equal on entry and have no position stay equal in every block, so one row stands for all of them: its key
/// gets ln(their number) added to its logits, which counts it that often (exact up to rounding).
/// </remarks>
internal sealed class TokenLayout : IDisposable
{
    private readonly RegisterMask _mask;
    private readonly Tensor?[] _masks; // by group, added to the logits or true where attended
    private readonly Tensor? _sequenceOfRegister;

    /// <summary>Lays out groups in their order.</summary>
    public TokenLayout(int patches, IReadOnlyList<TokenGroup> groups, RegisterMask mask, Device device)
    {
        (Patches, Groups, _mask) = (patches, groups, mask);
        Sequences = groups.Sum(group => group.Sequences);
        RegisterRows = groups.Sum(group => group.Sequences * group.Registers);
        _masks = [.. groups.Select(group => MaskOf(group, device)?.DetachFromDisposeScope())];
        long[] owners = [.. groups.SelectMany(group => Enumerable.Repeat(group.Registers, group.Sequences)).SelectMany((count, sequence) => Enumerable.Repeat((long)sequence, count))];
        _sequenceOfRegister = Sequences > 1 ? tensor(owners, device: device).DetachFromDisposeScope() : null;
    }

    /// <summary>Patches of every sequence.</summary>
    public int Patches { get; }

    /// <summary>The groups.</summary>
    public IReadOnlyList<TokenGroup> Groups { get; }

    /// <summary>All sequences.</summary>
    public int Sequences { get; }

    /// <summary>Rows of patches; they come first.</summary>
    public int PatchRows => Sequences * Patches;

    /// <summary>Rows of registers.</summary>
    public int RegisterRows { get; }

    /// <summary>Values of sequences [S, C] as values of register rows [R, C]; one value for all, [1, C], stays.</summary>
    public Tensor ToRegisters(Tensor values) => values.size(0) == 1 ? values.alias() : values.index_select(0, _sequenceOfRegister!);

    /// <summary>Attention within every sequence.</summary>
    /// <param name="query">Rows [R, H, C/H], or those of patches alone.</param>
    /// <param name="key">Rows [R, H, C/H].</param>
    /// <param name="value">Rows [R, H, C/H].</param>
    /// <returns>[rows of the queries, C].</returns>
    public Tensor Attend(Tensor query, Tensor key, Tensor value)
    {
        using DisposeScope scope = NewDisposeScope();
        bool patchesAlone = query.size(0) == PatchRows;
        List<Tensor> patches = [], registers = [];
        int sequence = 0, register = PatchRows;
        for (int g = 0; g < Groups.Count; g++)
        {
            TokenGroup group = Groups[g];
            int count = group.Registers * group.Sequences;
            Tensor Sequences(Tensor rows, bool whole) => Heads(rows, sequence, register, group, whole);
            Tensor keys = Sequences(key, true), values = Sequences(value, true);                              // [S, H, P+n, C/H]
            if (_mask == RegisterMask.CausalLast)
            {
                Tensor k = keys.narrow(2, 0, Patches), v = values.narrow(2, 0, Patches);
                patches.Add(Rows(nn.functional.scaled_dot_product_attention(Sequences(query, false), k, v))); // patches never see registers
                if (count > 0 && !patchesAlone)
                    registers.Add(Rows(nn.functional.scaled_dot_product_attention(Registers(query, register, group), keys, values, _masks[g])));
            }
            else
            {
                Tensor mixed = nn.functional.scaled_dot_product_attention(Sequences(query, !patchesAlone), keys, values, _masks[g], is_casual: _mask == RegisterMask.Causal);
                patches.Add(Rows(mixed.narrow(2, 0, Patches)));
                if (count > 0 && !patchesAlone)
                    registers.Add(Rows(mixed.narrow(2, Patches, group.Registers)));
            }
            sequence += group.Sequences;
            register += count;
        }
        return cat([.. patches, .. registers], 0).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor? mask in _masks)
            mask?.Dispose();
        _sequenceOfRegister?.Dispose();
    }

    /// <summary>What a sequence [patches, registers] sees: bool [P+n, P+n], row q true where q sees that column.</summary>
    public static Tensor Visible(RegisterMask mask, int patches, int registers, Device? device = null)
    {
        using DisposeScope scope = NewDisposeScope();
        int length = patches + registers;
        Tensor all = ones([length, length], ScalarType.Bool, device: device);
        Tensor visible = mask == RegisterMask.Full ? all : all.tril();
        if (mask == RegisterMask.CausalLast)
            visible = visible.logical_or(arange(length, device: device).lt(patches));
        return visible.MoveToOuterDisposeScope();
    }

    private Tensor? MaskOf(TokenGroup group, Device device)
    {
        if (_mask == RegisterMask.CausalLast && group.Registers > 0)
        {
            using Tensor visible = Visible(_mask, Patches, group.Registers, device);
            return visible.narrow(0, Patches, group.Registers);                                // [n, P+n]
        }
        if (group.Weight == 1 || _mask != RegisterMask.Full)
            return null;
        using DisposeScope scope = NewDisposeScope();
        Tensor weights = zeros(1, 1, 1, Patches + group.Registers, device: device);
        weights.narrow(3, Patches + group.Registers - 1, 1).fill_(Math.Log(group.Weight));
        return weights.MoveToOuterDisposeScope();
    }

    private Tensor Heads(Tensor rows, int sequence, int register, TokenGroup group, bool whole)
    {
        long heads = rows.size(1), width = rows.size(2);
        Tensor patches = rows.narrow(0, sequence * Patches, group.Sequences * Patches).view(group.Sequences, Patches, heads, width).transpose(1, 2);
        return whole && group.Registers > 0 ? cat([patches, Registers(rows, register, group)], 2) : patches;
    }

    private static Tensor Registers(Tensor rows, int register, TokenGroup group) =>
        rows.narrow(0, register, group.Sequences * group.Registers).view(group.Sequences, group.Registers, rows.size(1), rows.size(2)).transpose(1, 2);

    private static Tensor Rows(Tensor heads) => heads.transpose(1, 2).reshape(heads.size(0) * heads.size(2), heads.size(1) * heads.size(3));
}
