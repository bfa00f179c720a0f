using System.Globalization;
using Vtok.Models.FlexTok;
using Vtok.Models.Quantizers;

namespace Vtok.Parity.FlexTok;

/// <summary>Latents to ids, picture by picture, with what happens inside.</summary>
internal sealed class EncoderRunner : ICaseRunner
{
    public string Family => FlexTokConfig.Family;

    public IReadOnlyList<string> Kinds => ["encoder"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        FlexTokEncoder encoder = Published.Encoder(golden);
        using FiniteScalarQuantizer quantizer = Published.Quantizer(Published.Config(golden).Section("regularizer"));
        IReadOnlyList<Tensor> latents = golden.Inputs("vae_latents");
        long[]? sizes = golden.HasInput("register_sizes") ? golden.Input("register_sizes").data<long>().ToArray() : null;
        List<List<Tensor>> blocks = [];
        List<(int Patches, int Registers)> sequences = [];
        for (int i = 0; i < latents.Count; i++)
        {
            int registers = (int)(sizes?[i] ?? encoder.Config.Registers);
            List<Tensor> trace = [];
            Tensor features = encoder.Encode(latents[i], registers, trace);
            QuantizerOutput quantized = quantizer.Quantize(features);
            Tensor patches = encoder.Project(latents[i]);
            long rows = latents[i].size(2) / encoder.Config.Patch;
            Note($"patch_emb.{i}", patches.view(1, rows, -1, patches.size(2)));
            Note($"latents.{i}", features);
            Note($"quant.{i}", quantized.Quantized);
            Note($"tokens.{i}", quantizer.Encode(features));
            blocks.Add(trace);
            sequences.Add(((int)patches.size(1), registers));
        }
        for (int block = 0; block < encoder.Config.Transformer.Depth; block++)
            Note(string.Create(CultureInfo.InvariantCulture, $"enc_block.{block}"), cat([.. blocks.Select(trace => trace[block + 1])], 0).unsqueeze(0));
        Note("mask", Published.Mask(encoder.Config.Mask, sequences));

        void Note(string name, Tensor value)
        {
            if (golden.HasExpected(name))
                report.Compare(name, value);
        }
    }
}
