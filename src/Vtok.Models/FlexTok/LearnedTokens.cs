using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>One learned tensor under a published key: the encoder's registers [N, D], the mask token [D], the null condition [D].</summary>
internal sealed class LearnedTokens : Module
{
    public const string RegistersKey = "registers", MaskKey = "dropout_mask_token", NullKey = "nullcond";

    private readonly string _key;

    public LearnedTokens(string key, params long[] shape) : base(nameof(LearnedTokens))
    {
        _key = key;
        register_parameter(key, new TorchSharp.Modules.Parameter(empty(shape)));
    }

    /// <summary>The tensor, owned by this module.</summary>
    public Tensor Value => get_parameter(_key)!;

    public void Initialize(Generator generator) => FlexInitialization.Small(Value, generator);
}
