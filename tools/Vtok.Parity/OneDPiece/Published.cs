using Vtok.Models.OneDPiece;
using Vtok.Models.Weights;

namespace Vtok.Parity.OneDPiece;

/// <summary>Networks of a case, filled with its weights.</summary>
internal static class Published
{
    private const string ProxyPrefix = "proxy.";

    public static OneDPieceNetwork Network(GoldenCase golden)
    {
        OneDPieceNetwork network = new(OneDPieceConfig.Read(ModelConfig.FromJson(golden.Config), golden.Weights.Entries));
        WeightLoader.Load(network, golden.Weights, ignore: name => name.StartsWith(ProxyPrefix, StringComparison.Ordinal));
        network.eval();
        return network;
    }

    /// <summary>The frozen proxy tokenizer beside a stage-one model.</summary>
    public static ProxyTokenizer TeacherOf(GoldenCase golden, OneDPieceNetwork network)
    {
        ProxyTokenizer proxy = new(network.Config.Proxy);
        WeightLoader.Load(proxy, new PrefixedWeights(golden.Weights, ProxyPrefix));
        proxy.eval();
        return proxy;
    }

    public static ProxyTokenizer Proxy(GoldenCase golden)
    {
        ProxyTokenizer proxy = new(PublishedConfig.ReadProxy(ModelConfig.FromJson(golden.Config).Section("proxy")));
        WeightLoader.Load(proxy, golden.Weights);
        proxy.eval();
        return proxy;
    }
}
