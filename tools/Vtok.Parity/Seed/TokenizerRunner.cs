using Vtok.Models.Seed;
using Vtok.Models.Weights;

namespace Vtok.Parity.Seed;

/// <summary>Picture to ids to embedding, with every head.</summary>
internal sealed class TokenizerRunner : ICaseRunner
{
    public string Family => "seed";

    public IReadOnlyList<string> Kinds => ["tokenizer", "tokenizer-seed1"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using SeedNetwork network = new(SeedConfig.Read(ModelConfig.FromJson(golden.Config)));
        WeightLoader.Load(network, golden.Weights);
        network.eval();
        Tensor seen = network.SeeImages(golden.Input("image"));
        Tensor states = network.ReadQueries(seen);
        Tensor reduced = network.Reduce(states);
        Tensor ids = network.Quantizer.Encode(reduced);
        Tensor raised = network.Raise(ids);
        Tensor embedding = network.Embed(raised);
        Dictionary<string, Tensor> outputs = new()
        {
            ["ln_vision"] = seen,
            ["query_output"] = states,
            ["query_output_down"] = reduced,
            ["ids"] = ids,
            ["query_output_up"] = raised,
            ["image_embeds"] = embedding,
            ["text_embeds"] = embedding,
        };
        if (golden.HasExpected("recon_s"))
            outputs["recon_s"] = network.Reconstruct(raised);
        foreach (string name in golden.OutputNames.Where(outputs.ContainsKey))
            report.Compare(name, name == "ids" ? ids.view(golden.Expected(name).shape) : outputs[name]);
    }
}
