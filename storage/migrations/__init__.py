"""The steps that bring the device's store from one schema to the next; `HEAD` is the present one."""

HEAD = "0003"
