using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>Learned positions of registers. Key: posembs [1, 1, D, N].</summary>
internal sealed class RegisterPositions : Module<Tensor, Tensor>
{
    [ComponentName(Name = "posembs")] private readonly TorchSharp.Modules.Parameter _table;

    public RegisterPositions(int registers, int width) : base(nameof(RegisterPositions))
    {
        _table = new TorchSharp.Modules.Parameter(empty(1, 1, width, registers));
        RegisterComponents();
    }

    public void Initialize(Generator generator) => FlexInitialization.Small(_table, generator);

    /// <summary>Adds the first n positions: [B, n, D] to the same.</summary>
    public override Tensor forward(Tensor registers)
    {
        using DisposeScope scope = NewDisposeScope();
        return (registers + _table[0].transpose(1, 2).narrow(1, 0, registers.size(1))).MoveToOuterDisposeScope();
    }
}
