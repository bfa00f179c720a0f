using Vtok.Training.Optimization;

namespace Vtok.Parity.TitokTraining;

/// <summary>Compares gradients and weights of a network with those that a case lists under its parameters' names.</summary>
internal sealed class TraineeReport(GoldenCase golden, CaseReport report, Trainee trainee, string prefix = "")
{
    /// <summary>The listed gradients, as they are now.</summary>
    public void Gradients() => Compare("grad.", parameter => parameter.grad ?? zeros_like(parameter));

    /// <summary>The listed weights, as they are now.</summary>
    public void Weights() => Compare("after.", parameter => parameter);

    private void Compare(string kind, Func<TorchSharp.Modules.Parameter, Tensor> read)
    {
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in trainee.Model.named_parameters())
            if (golden.HasExpected($"{kind}{prefix}{name}"))
                report.Compare($"{kind}{prefix}{name}", read(parameter));
    }
}
