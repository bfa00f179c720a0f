namespace Vtok.Models.FlexTok;

/// <summary>Where the tokens of many sequences lie in one matrix of rows: sequence after sequence, each its patches, then its registers.</summary>
/// <remarks>
/// Every linear layer runs once over all rows, whatever their sequences; only attention looks at sequences, a group of equal lengths at a time.
/// Registers that are equal on entry and have no position stay equal in every block, so one row stands for all of them: its key
/// gets ln(their number) added to its logits, which counts it that often (exact up to rounding).
/// </remarks>
internal sealed class TokenLayout : IDisposable
{
    private readonly RegisterMask _mask;
    private readonly Device _device;
    private readonly Tensor?[] _masks; // by group, added to the logits or true where attended
    private readonly TokenLayout?[] _only = new TokenLayout?[2]; // by kind

    /// <summary>Lays out groups in their order.</summary>
    public TokenLayout(int patches, IReadOnlyList<TokenGroup> groups, RegisterMask mask, Device device)
    {
        (Patches, Groups, _mask, _device) = (patches, groups, mask, device);
        Sequences = groups.Sum(group => group.Sequences);
        Rows = groups.Sum(group => group.Sequences * (patches + group.Registers));
        _masks = [.. groups.Select(group => MaskOf(group)?.DetachFromDisposeScope())];
    }

    /// <summary>Patches of every sequence.</summary>
    public int Patches { get; }

    /// <summary>The groups.</summary>
    public IReadOnlyList<TokenGroup> Groups { get; }

    /// <summary>All sequences.</summary>
    public int Sequences { get; }

    /// <summary>All rows.</summary>
    public int Rows { get; }

    /// <summary>The same sequences with tokens of one kind alone, owned by this layout.</summary>
    public TokenLayout Only(TokenKind kind) => _only[(int)kind] ??= kind == TokenKind.Patches
        ? new TokenLayout(Patches, [.. Groups.Select(group => new TokenGroup(group.Sequences, 0))], _mask, _device)
        : new TokenLayout(0, Groups, _mask, _device);

    /// <summary>Puts the rows of both kinds together: [S P, D] and [all registers, D] to [R, D].</summary>
    public Tensor Pack(Tensor patches, Tensor registers)
    {
        Tensor[] ofPatches = Only(TokenKind.Patches).Split(patches), ofRegisters = Only(TokenKind.Registers).Split(registers);
        return Join([.. Groups.Select((_, g) => cat([ofPatches[g], ofRegisters[g]], 1))]);
    }

    /// <summary>The rows of one kind, those that <see cref="Pack"/> took.</summary>
    public Tensor Take(Tensor rows, TokenKind kind) =>
        Join([.. Split(rows).Select((group, g) => kind == TokenKind.Patches ? group.narrow(1, 0, Patches) : group.narrow(1, Patches, Groups[g].Registers))]);

    /// <summary>Changes every part of the rows by itself.</summary>
    /// <param name="rows">[R, D].</param>
    /// <param name="inPlace">Whether <paramref name="change"/> works in place, on rows that are nobody else's.</param>
    /// <param name="change">Takes a part and its tokens [S, n, D].</param>
    public Tensor Map(Tensor rows, bool inPlace, Func<TokenPart, Tensor, Tensor> change)
    {
        Tensor[] groups = Split(rows);
        for (int g = 0, sequence = 0; g < groups.Length; sequence += Groups[g++].Sequences)
        {
            List<Tensor> parts = [];
            if (Patches > 0)
                parts.Add(change(new TokenPart(TokenKind.Patches, sequence, Groups[g].Sequences), groups[g].narrow(1, 0, Patches)));
            if (Groups[g].Registers > 0)
                parts.Add(change(new TokenPart(TokenKind.Registers, sequence, Groups[g].Sequences), groups[g].narrow(1, Patches, Groups[g].Registers)));
            if (!inPlace)
                groups[g] = cat(parts, 1);
        }
        return inPlace ? rows : Join(groups);
    }

    /// <summary>Attention within every sequence; the rows of this layout ask.</summary>
    /// <param name="query">Rows [R, H, C/H].</param>
    /// <param name="key">Rows [R', H, C/H].</param>
    /// <param name="value">Rows [R', H, C/H].</param>
    /// <param name="seen">The layout of keys and values: this one, or one of the same sequences.</param>
    /// <returns>[R, C].</returns>
    public Tensor Attend(Tensor query, Tensor key, Tensor value, TokenLayout seen)
    {
        using DisposeScope scope = NewDisposeScope();
        bool amongThemselves = ReferenceEquals(seen, this);
        Tensor[] queries = Heads(query), keys = seen.Heads(key), values = seen.Heads(value); // [S, H, n, C/H] each
        List<Tensor> mixed = [];
        for (int g = 0; g < Groups.Count; g++)
        {
            if (amongThemselves && _mask == RegisterMask.CausalLast && Patches > 0)
            {
                Tensor k = keys[g].narrow(2, 0, Patches), v = values[g].narrow(2, 0, Patches);
                Tensor patches = nn.functional.scaled_dot_product_attention(queries[g].narrow(2, 0, Patches), k, v); // patches never see registers
                Tensor registers = nn.functional.scaled_dot_product_attention(queries[g].narrow(2, Patches, Groups[g].Registers), keys[g], values[g], _masks[g]);
                mixed.Add(cat([patches.transpose(1, 2), registers.transpose(1, 2)], 1));                             // [S, n, H, C/H]
            }
            else
            {
                bool causal = amongThemselves && _mask != RegisterMask.Full;
                mixed.Add(nn.functional.scaled_dot_product_attention(queries[g], keys[g], values[g], seen._masks[g], is_casual: causal).transpose(1, 2));
            }
        }
        return Join([.. mixed.Select(group => group.flatten(2))]).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor? mask in _masks)
            mask?.Dispose();
        foreach (TokenLayout? part in _only)
            part?.Dispose();
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

    private Tensor? MaskOf(TokenGroup group)
    {
        if (_mask == RegisterMask.CausalLast && Patches > 0 && group.Registers > 0)
        {
            using Tensor visible = Visible(_mask, Patches, group.Registers, _device);
            return visible.narrow(0, Patches, group.Registers);                                // [n, P+n]
        }
        if (group.Weight == 1 || _mask != RegisterMask.Full)
            return null;
        using DisposeScope scope = NewDisposeScope();
        Tensor weights = zeros(1, 1, 1, Patches + group.Registers, device: _device);
        weights.narrow(3, Patches + group.Registers - 1, 1).fill_(Math.Log(group.Weight));
        return weights.MoveToOuterDisposeScope();
    }

    // Views of the rows of each group, [S, n, D].
    private Tensor[] Split(Tensor rows)
    {
        var groups = new Tensor[Groups.Count];
        for (int g = 0, row = 0; g < groups.Length; g++)
        {
            (int sequences, int length) = (Groups[g].Sequences, Patches + Groups[g].Registers);
            groups[g] = rows.narrow(0, row, sequences * length).view([sequences, length, .. rows.shape[1..]]);
            row += sequences * length;
        }
        return groups;
    }

    private Tensor[] Heads(Tensor rows) => [.. Split(rows).Select(group => group.transpose(1, 2))];

    private static Tensor Join(Tensor[] groups) =>
        groups.Length == 1 ? groups[0].reshape(-1, groups[0].size(2)) : cat([.. groups.Select(group => group.reshape(-1, group.size(2)))], 0);
}
