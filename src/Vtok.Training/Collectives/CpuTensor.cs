namespace Vtok.Training.Collectives;

/// <summary>Tensors of any device for transports that know only the CPU's memory.</summary>
internal static class CpuTensor
{
    /// <summary>Hands over the values as a contiguous CPU tensor, and takes back what became of them.</summary>
    public static void Use(Tensor values, Action<Tensor> action)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        bool direct = values.device_type == DeviceType.CPU && values.is_contiguous();
        Tensor here = direct ? values.detach() : values.detach().cpu().contiguous();
        action(here);
        if (!direct)
            values.copy_(here);
    }
}
