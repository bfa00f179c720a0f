using Vtok.Models.FlexTok;
using Vtok.Models.Quantizers;

namespace Vtok.Parity.FlexTok;

/// <summary>One velocity of the decoder with equal registers collapsed: with codes, without, and mixed; pictures of one size in one pass.</summary>
internal sealed class DecoderRunner : ICaseRunner
{
    public string Family => FlexTokConfig.Family;

    public IReadOnlyList<string> Kinds => ["decoder-single-step"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        FlexTokDecoder decoder = Published.Decoder(golden);
        using FiniteScalarQuantizer quantizer = Published.Quantizer(Published.Config(golden).Section("regularizer"));
        IReadOnlyList<Tensor> ids = golden.Inputs("ids"), latents = golden.Inputs("x_t");
        Tensor times = golden.Input("timesteps");
        CodePrefix[] codes = [.. ids.Select(one => CodePrefix.Of(quantizer.Decode(one)))];
        bool[] dropped = golden.HasInput("drop_flags") ? golden.Input("drop_flags").data<bool>().ToArray() : new bool[ids.Count];
        for (int i = 0; i < ids.Count; i++)
            Note($"quant_padded.{i}", quantizer.Decode(nn.functional.pad(ids[i], [0, decoder.Config.Registers - ids[i].size(1)])));
        Note("temb", decoder.Embed(times));

        List<Tensor>[] traces = [.. Enumerable.Range(0, latents.Count).Select(_ => new List<Tensor>())];
        Velocities(decoder, latents, codes, times, traces);
        for (int i = 0; i < traces[0].Count; i++)
            Note(i == 0 ? "packed_seq" : $"dec_block.{i - 1}", cat([.. traces.Select(trace => trace[i])], 0).unsqueeze(0));

        Compare("velocity_cond", codes);
        Compare("velocity_uncond", [.. codes.Select(_ => CodePrefix.Null(1))]);
        Compare("velocity_mixed", [.. codes.Select((prefix, i) => dropped[i] ? CodePrefix.Null(1) : prefix)]);

        void Compare(string name, CodePrefix[] prefixes)
        {
            if (!golden.HasExpected(name + ".0"))
                return;
            Tensor[] velocities = Velocities(decoder, latents, prefixes, times, null);
            for (int i = 0; i < velocities.Length; i++)
                report.Compare($"{name}.{i}", velocities[i]);
        }

        void Note(string name, Tensor value)
        {
            if (golden.HasExpected(name))
                report.Compare(name, value);
        }
    }

    private static Tensor[] Velocities(FlexTokDecoder decoder, IReadOnlyList<Tensor> latents, CodePrefix[] prefixes, Tensor times, List<Tensor>[]? traces)
    {
        int[][] passes = latents.All(one => one.shape.SequenceEqual(latents[0].shape))
            ? [[.. Enumerable.Range(0, latents.Count)]]
            : [.. Enumerable.Range(0, latents.Count).Select(i => (int[])[i])];
        var velocities = new Tensor[latents.Count];
        foreach (int[] pass in passes)
        {
            Tensor together = cat([.. pass.Select(i => latents[i])], 0);
            using DecoderCondition condition = decoder.Condition([.. pass.Select(i => prefixes[i])], together.size(2), together.size(3));
            using TimeTable table = decoder.Modulate(stack([.. pass.Select(i => times[i])]));
            List<Tensor>? trace = traces is null ? null : [];
            Tensor all = decoder.Velocity(together, condition, table, trace);
            foreach (Tensor rows in trace ?? [])
                for (int i = 0; i < pass.Length; i++)
                    traces![pass[i]].Add(Unpack(rows, condition.Layout, i));
            for (int i = 0; i < pass.Length; i++)
                velocities[pass[i]] = all.narrow(0, i, 1);
        }
        return velocities;
    }

    /// <summary>The tokens of one sequence in the published order, the collapsed row as often as it counts.</summary>
    private static Tensor Unpack(Tensor rows, TokenLayout layout, int sequence)
    {
        int first = layout.Groups.Take(sequence).Sum(one => layout.Patches + one.Registers), length = layout.Patches + layout.Groups[sequence].Registers;
        return cat([rows.narrow(0, first, length - 1), rows.narrow(0, first + length - 1, 1).expand(layout.Groups[sequence].Weight, rows.size(1))], 0);
    }
}
