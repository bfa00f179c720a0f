namespace Vtok.Training.Optimization;

/// <summary>The norm of all gradients together, and clipping by it without waiting for the device.</summary>
internal static class GradientNorm
{
    /// <summary>Scales the gradients so that their norm is at most <paramref name="most"/>.</summary>
    /// <param name="parameters">Those without a gradient are passed over.</param>
    /// <param name="most">Largest norm; 0 means that nothing is scaled.</param>
    /// <returns>The norm before scaling, a scalar tensor in the caller's scope.</returns>
    public static Tensor Clip(IEnumerable<TorchSharp.Modules.Parameter> parameters, double most)
    {
        using DisposeScope scope = NewDisposeScope();
        using (no_grad())
        {
            Tensor[] gradients = [.. parameters.Select(p => p.grad!).Where(gradient => gradient is not null)];
            if (gradients.Length == 0)
                return zeros([], device: parameters.FirstOrDefault()?.device).MoveToOuterDisposeScope();
            Tensor norm = stack([.. gradients.Select(gradient => gradient.norm())]).norm();
            if (most > 0)
            {
                using Scalar limit = most, tiny = 1e-6, one = 1.0; // held through the calls: see FusedAdamW
                Tensor factor = (limit / (norm + tiny)).clamp_max(one);
                foreach (Tensor gradient in gradients)
                    gradient.mul_(factor);
            }
            return norm.MoveToOuterDisposeScope();
        }
    }
}
