using System.Text.Json.Nodes;
using Vtok.Models.OneDPiece;
using Vtok.Models.Weights;

namespace Vtok.Parity.OneDPiece;

/// <summary>Networks of a case, filled with its weights.</summary>
internal static class Published
{
    private const string ProxyPrefix = "proxy.";

    public static OneDPieceNetwork Network(GoldenCase golden)
    {
        OneDPieceConfig config = OneDPieceConfigJson.Read(Json(golden), Shapes(golden.Weights));
        OneDPieceNetwork network = new(config);
        Load(network, golden.Weights, name => !name.StartsWith(ProxyPrefix, StringComparison.Ordinal), "");
        network.eval();
        return network;
    }

    /// <summary>The frozen proxy tokenizer beside a stage-one model.</summary>
    public static ProxyTokenizer TeacherOf(GoldenCase golden, OneDPieceNetwork network)
    {
        ProxyTokenizer proxy = new(network.Config.Proxy);
        Load(proxy, golden.Weights, name => name.StartsWith(ProxyPrefix, StringComparison.Ordinal), ProxyPrefix);
        proxy.eval();
        return proxy;
    }

    public static ProxyTokenizer Proxy(GoldenCase golden)
    {
        JsonObject config = Json(golden).AsObject();
        ProxyTokenizer proxy = new(OneDPieceConfigJson.ReadProxy(new ConfigSection(config, "").Optional("proxy")));
        Load(proxy, golden.Weights, _ => true, "");
        proxy.eval();
        return proxy;
    }

    public static JsonNode Json(GoldenCase golden) => JsonNode.Parse(golden.Config.GetRawText())!;

    public static Dictionary<string, long[]> Shapes(IWeightSource weights) =>
        weights.Entries.ToDictionary(entry => entry.Key, entry => entry.Value.Shape.ToArray());

    /// <summary>Copies the tensors whose names pass, each name less its prefix; any difference of names is an error.</summary>
    public static void Load(nn.Module module, IWeightSource weights, Func<string, bool> chosen, string prefix)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> state = module.state_dict();
        HashSet<string> names = [.. weights.Entries.Keys.Where(chosen).Select(name => name[prefix.Length..])];
        names.SymmetricExceptWith(state.Keys);
        if (names.Count > 0)
            throw new InvalidOperationException($"names of weights differ: {string.Join(", ", names.Order().Take(4))} ({names.Count} in all)");
        foreach ((string name, Tensor tensor) in state)
        {
            Tensor source = weights[prefix + name];
            if (!source.shape.SequenceEqual(tensor.shape))
                throw new InvalidOperationException($"{name}: shape [{string.Join(", ", source.shape)}], expected [{string.Join(", ", tensor.shape)}]");
            tensor.copy_(source);
        }
    }
}
