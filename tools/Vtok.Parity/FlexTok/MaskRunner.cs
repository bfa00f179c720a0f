using System.Text.Json;
using Vtok.Models.FlexTok;

namespace Vtok.Parity.FlexTok;

/// <summary>Masks of several sequences, and modulation vectors of their tokens, in the published packed form (padded to a multiple).</summary>
internal sealed class MaskRunner : ICaseRunner
{
    public string Family => FlexTokConfig.Family;

    public IReadOnlyList<string> Kinds => ["masks"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        RegisterMask mode = golden.Config.GetProperty("mask_mode").GetString() switch
        {
            "causal_last" => RegisterMask.CausalLast,
            "full" => RegisterMask.Full,
            _ => RegisterMask.Causal,
        };
        int streams = golden.Config.TryGetProperty("per_subseq_embs", out JsonElement each) && each.GetBoolean() ? 2 : 1;
        IReadOnlyList<Tensor> patches = golden.Inputs("a"), registers = golden.Inputs("b");
        List<(int Patches, int Registers)> sequences = [];
        List<Tensor> tokens = [], vectors = [];
        for (int i = 0; i < patches.Count; i++)
        {
            Tensor flat = patches[i].flatten(1, 2);
            (int p, int n) = ((int)flat.size(1), (int)registers[i].size(1));
            sequences.Add((p, n));
            tokens.Add(cat([flat, registers[i]], 1));
            if (golden.HasInput("emb"))
            {
                Modulation own = Modulation.Of(golden.Input("emb").narrow(0, i, 1), streams);
                long width = own.Patches.size(2);
                vectors.Add(cat([own.Patches[0].expand(p, width), own.Registers[0].expand(n, width)], 0));
            }
        }
        long length = sequences.Sum(one => one.Patches + one.Registers), multiple = golden.Config.GetProperty("pad_to_multiple").GetInt64();
        long padding = (multiple - length % multiple) % multiple;
        report.Compare("mask", nn.functional.pad(Published.Mask(mode, sequences).to(ScalarType.Byte), [0, padding, 0, padding]).to(ScalarType.Bool));
        report.Compare("packed_seq", nn.functional.pad(cat(tokens, 1), [0, 0, 0, padding]));
        if (vectors.Count > 0)
            report.Compare("emb_packed", cat(vectors, 0).unsqueeze(0));
    }
}
