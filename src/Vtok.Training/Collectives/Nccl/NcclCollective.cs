using Vtok.Torch;

namespace Vtok.Training.Collectives.Nccl;

/// <summary>A run of one process a GPU over NCCL. What lies on the CPU, and who is there at all, goes over TCP.</summary>
/// <remarks>Run by us as far as a machine without a GPU goes: the calls against a stand-in over the CPU's memory, and the real library up to joining.</remarks>
internal sealed unsafe class NcclCollective : ICollective
{
    private readonly NcclLibrary _nccl;
    private readonly ICollective _host;
    private readonly int _device;
    private readonly nint _communicator;
    private int _ended; // set once, by whoever leaves or aborts first

    /// <summary>Joins the other processes.</summary>
    /// <param name="host">The processes, connected by another transport; owned from now on.</param>
    /// <param name="device">This process's GPU.</param>
    /// <exception cref="CollectiveException">NCCL is not here, or cannot join.</exception>
    public NcclCollective(ICollective host, int device)
    {
        (_host, _device) = (host, device);
        try
        {
            _nccl = new NcclLibrary();
            byte[] bytes = new byte[NcclLibrary.IdBytes];
            if (host.Rank == 0)
                _nccl.MakeId(bytes);
            using Tensor id = tensor(bytes);
            host.Broadcast(id, "NCCL's id");
            _communicator = _nccl.Join(host.World, id.bytes, host.Rank, device);
        }
        catch (CollectiveException e)
        {
            host.Abort($"rank {host.Rank}: {e.Message}");
            host.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Rank => _host.Rank;

    /// <inheritdoc/>
    public int World => _host.World;

    /// <inheritdoc/>
    public string Name => "NCCL";

    /// <inheritdoc/>
    public void Sum(Tensor values, string what)
    {
        if (values.device_type != DeviceType.CUDA)
            _host.Sum(values, what);
        else
            OnDevice(values, here => _nccl.Sum(_communicator, ForeignTensor.DeviceAddress(here), here.numel(), here.dtype));
    }

    /// <inheritdoc/>
    public void Broadcast(Tensor values, string what)
    {
        if (values.device_type != DeviceType.CUDA)
            _host.Broadcast(values, what);
        else
            OnDevice(values, here => _nccl.Broadcast(_communicator, ForeignTensor.DeviceAddress(here), here.numel() * here.element_size()));
    }

    /// <inheritdoc/>
    public Tensor Gather(Tensor rows, string what)
    {
        if (rows.device_type != DeviceType.CUDA)
            return _host.Gather(rows, what);
        using DisposeScope scope = NewDisposeScope();
        Tensor mine = rows.detach().contiguous();
        Tensor all = empty([World * mine.size(0), .. mine.shape[1..]], mine.dtype, mine.device);
        _nccl.SetDevice(_device);
        _nccl.AllGather(_communicator, ForeignTensor.DeviceAddress(mine), ForeignTensor.DeviceAddress(all), mine.numel() * mine.element_size());
        return all.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Barrier(string what) => _host.Barrier(what);

    /// <inheritdoc/>
    public void Abort(string why)
    {
        _host.Abort(why);
        if (Interlocked.Exchange(ref _ended, 1) == 0)
            _nccl.Abort(_communicator);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
            _nccl.Leave(_communicator);
        _host.Dispose();
    }

    private void OnDevice(Tensor values, Action<Tensor> action)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        Tensor here = values.is_contiguous() ? values.detach() : values.detach().contiguous();
        _nccl.SetDevice(_device);
        action(here);
        if (!values.is_contiguous())
            values.copy_(here);
    }
}
